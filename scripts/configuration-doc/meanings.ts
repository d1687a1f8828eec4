/** What each setting means, in one sentence; a test holds the keys against the schemas. */

export const environmentMeanings: Record<string, string> = {
  APP_ID: 'Number of the GitHub App.',
  PRIVATE_KEY: "The App's private key, PEM or PEM in base64.",
  PRIVATE_KEY_PATH: 'A file with the private key; one of the two is needed.',
  WEBHOOK_SECRET: "Secret of the App's webhook, at least 8 characters.",
  HOST: 'Address to listen on. Loopback unless told otherwise.',
  PORT: 'Port to listen on; 0 takes a free one.',
  GHE_HOST: 'Host of a GitHub Enterprise Server, with its port where it has one.',
  GHE_PROTOCOL: 'How that server is reached.',
  LOG_LEVEL: 'How much is logged.',
  PRLT_DATA_DIR: 'Database, mirrors, sockets. Keep the path short: a socket lies below it.',
  DATABASE_URL: 'Refused when set: this version keeps its data in SQLite only.',
  PRLT_RUNTIME: 'Where runs execute. `host` isolates nothing: for the demo and tests.',
  PRLT_CONTAINER_RUNTIME:
    "What the engine runs containers with, by the engine's own name, such as `runsc`. Without it the engine's usual one ([security](security.md)).",
  PRLT_MAX_CONCURRENCY: 'Most runs at a time, over all repositories.',
  PRLT_MAX_RUN: 'Longest run that a repository may allow.',
  PRLT_MAX_MEMORY: 'Most memory that a repository may give a run.',
  PRLT_MAX_SPEND_RUN: 'Most that the models of one run may cost, in US dollars.',
  PRLT_MAX_SPEND_DAY:
    'Most that the models of all runs of a repository may cost in a UTC day, in US dollars.',
  PRLT_MAX_BUNDLE: 'Largest branch that a run may hand over, as a git bundle.',
  PRLT_MAX_WRITES:
    'Writes to GitHub a minute, for each installation. GitHub.com takes 180 (900 points, 5 a write); an Enterprise Server without limits takes more.',
  PRLT_MIN_DISK: 'Free disk below which nothing new starts.',
  PRLT_MIN_MEMORY: 'Free memory below which nothing new starts.',
  PRLT_POLL: 'How often GitHub is asked for deliveries that had not come.',
  PRLT_ALLOW_HOSTS:
    'Hosts that runs may reach, `host` or `host:port` (443 without), between commas; no wildcards. None: no way out ([network](network.md)).',
  PRLT_ALLOW_PRIVATE_HOSTS:
    'Those of the allowed hosts whose names may lead to private addresses, `host` or `host:port`.',
  PRLT_REGISTRIES: 'A file with private package registries ([network](network.md)).',
  PRLT_ALLOW_IMAGES:
    "Images that repositories may bring, between commas, as they write them; `*` stands for anything. None: the runners' only ([own image](own-image.md)).",
  PRLT_ALLOW_AGENT_CONFIG:
    'Whether agents may take configuration, hooks and MCP servers from a repository, as its base commit has them; else they are left out of the checkout.',
  PRLT_KEEP_DAYS:
    'Days that deliveries, ended runs with what their agents did, and work kept as a file are kept. At least 8.',
  PRLT_ALLOW_WORKFLOWS:
    'Whether an agent may change `.github/workflows`; the push then asks for that permission.',
};

export const repositoryMeanings: Record<string, string> = {
  mode: '`agentic` starts on the label; the others wait for `/prlt start`.',
  'trigger.label': 'The label that asks for work; consumed when an agent takes it.',
  'trigger.bots': 'Logins of bots that may ask; all others are refused.',
  'trigger.columns.backlog': 'Name of the board column.',
  'trigger.columns.ready': 'Name of the board column.',
  'trigger.columns.in_progress': 'Name of the board column.',
  'trigger.columns.review': 'Name of the board column.',
  'trigger.columns.done': 'Name of the board column.',
  'workers[].name': 'Name of the worker.',
  'workers[].takes': 'Types of items it takes, by `type:` label; an item without one is `custom`.',
  'workers[].profile': 'How its agents work, unless a `profile:<name>` label says otherwise.',
  'workers[].agents':
    'Names of its seats, how many there are, or `unlimited`. A seat does one run at a time.',
  'profiles.<name>.runner': 'Which agent CLI; without it the first one whose provider has a key.',
  'profiles.<name>.command': 'Command line of the `command` runner, run in the checkout.',
  'profiles.<name>.model':
    "Model of the agent, as its provider calls it; `provider/model` picks one of the service's providers.",
  'profiles.<name>.instructions': 'Added to each prompt.',
  'profiles.<name>.image': "Image of this profile, instead of the repository's.",
  'profiles.<name>.fallback':
    'Runner, or a profile of one, that goes on in the same workspace when the quota of this one is used up.',
  image:
    "Image with the repository's own toolchain, out of `PRLT_ALLOW_IMAGES`; the runner's without it ([own image](own-image.md)).",
  setup: 'Commands that prepare a checkout before the agent begins, one by one with `sh -c` at its root.',
  'paths.<name>.setup': "Commands for this folder, run in it instead of the repository's.",
  'paths.<name>.profile':
    'Profile for items about this folder, unless a `profile:<name>` label says otherwise.',
  'paths.<name>.image': 'Image for items about this folder.',
  'limits.concurrency': 'Runs at a time in this repository.',
  'limits.run': 'Longest run; what is over it is stopped.',
  'limits.stall': 'Longest silence of an agent.',
  'limits.setup': 'Longest time of all set-up steps of a run together; it counts as part of `limits.run`.',
  'limits.attempts': 'Runs of one request, before it counts as failed.',
  'limits.review_rounds': 'Rounds of review and fixing. Comes with reviews.',
  'limits.spend.run': 'Most that the models of one run may cost, in US dollars.',
  'limits.spend.day':
    'Most that the models of all runs may cost in a UTC day, in US dollars; the cap of a run is reserved when it starts.',
  'limits.memory': 'Memory of a run.',
  'limits.cpus': 'Processors of a run.',
  'limits.pids': 'Processes of a run.',
  'limits.disk': 'Size of a workspace.',
  'diet.<name>': 'Share of a category.',
  'review.council': 'Profiles that review each change.',
  'review.lead': 'Profile whose decision binds.',
  'merge.policy': 'Who merges. In this version people do.',
  'merge.method': 'How a change is merged. Comes with merging.',
  'questions.timeout': 'How long an agent waits for an answer.',
  'questions.auto_resume': 'Whether it goes on by itself after that.',
  'network.allow':
    'Hosts that runs may reach, `host` or `host:port`, out of `PRLT_ALLOW_HOSTS`; all of those without it.',
  protect: 'Path patterns that no agent may change, beside `.github/**`, CODEOWNERS and agent-rule files.',
  publish: 'Whether a finished branch is pushed at once.',
  branch: 'How branches are named.',
  'workflows.<name>': 'Pipelines of stages.',
};
