/** The script that stands for an agent in the bench; the title says what it does. */

export const titles = { speak: 'Say one line', change: 'Change a file', talk: 'Keep talking' } as const;

export const agentScript = `
echo started
case "$(cat "\${PRLT_PROMPT_FILE:-/dev/null}")" in
  *"${titles.change}"*)
    echo hello > hello.txt
    git add hello.txt
    git commit -qm "Add hello"
    ;;
  *"${titles.talk}"*)
    for n in $(seq 150); do echo "line $n"; sleep 0.1; done
    ;;
esac
`;
