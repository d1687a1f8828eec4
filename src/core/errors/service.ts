/** Errors between the request and the agent: the service, its engine, GitHub. */
import type { ErrorEntry } from './error-entry.ts';

export const serviceErrors = {
  DISPATCH_INVALID: {
    meaning:
      'The run could not be put together from the configuration. It was not started, and nothing was run another way.',
    check: [
      'What the sentence names.',
      '`.github/prlt.yml`: profile, runner, image, limits.',
      "The operator's ceilings `PRLT_MAX_*` and `PRLT_ALLOW_IMAGES`.",
    ],
    todo: 'Correct the configuration and give `/prlt start`.',
  },
  CHECKOUT_FAILED: {
    meaning: 'The code could not be fetched or checked out, so the agent did not start.',
    check: [
      'Whether the repository has a commit and a default branch.',
      'Whether the App may read its contents.',
      'Disk space of the service.',
    ],
    todo: 'Mend what the sentence names and give `/prlt start`.',
  },
  RUNTIME_UNAVAILABLE: {
    meaning:
      'The place where agents run did not answer or failed its self-test. Nothing was run another way.',
    check: [
      'Whether the Docker engine runs.',
      'What `GET /readyz` of the service lists as missing.',
      'Whether the service may use the socket of the engine.',
    ],
    todo: 'Bring the engine back. Waiting items then start by themselves.',
  },
  IMAGE_MISSING: {
    meaning: "The runner's image is not on the engine and could not be had.",
    check: [
      'Whether `npm run runners:build` was run on the machine of the service.',
      '`image` in `.github/prlt.yml`.',
      'Whether the registry answers and the image is allowed.',
    ],
    todo: 'Build or pull the image and give `/prlt start`.',
  },
  IMAGE_REFUSED: {
    meaning:
      'The configuration names an image that this service does not use: the operator did not allow it, or runs execute without containers.',
    check: [
      '`image` in `.github/prlt.yml`, in its profiles and paths.',
      '`PRLT_ALLOW_IMAGES` of the service.',
    ],
    todo: 'Ask the operator to allow the image, or take it out of the configuration, and give `/prlt start`.',
  },
  IMAGE_UNSUITABLE: {
    meaning: "The repository's own image lacks something that a run needs. The sentence names what.",
    check: ['docs/own-image.md: what an image has to have.', 'Whether the image is the one that was meant.'],
    todo: 'Add what is named to the image, build or push it, and give `/prlt start`.',
  },
  SETUP_FAILED: {
    meaning:
      'A step of `setup` ended with an error, so the agent did not begin. The command, its exit code and its last lines are in the status comment.',
    check: [
      'The last lines.',
      'Whether it works in a fresh checkout, in the same image and without secrets.',
      'Whether what it fetches is on a host that runs may reach ([network](network.md)).',
    ],
    todo: 'Mend the step or the image and give `/prlt start`.',
  },
  SESSION_SPAWN_FAILED: {
    meaning:
      'The container started, but the agent in it did not, or did not speak the protocol. Nothing was run another way.',
    check: [
      'The last lines in the status comment.',
      "The profile's `command`: whether it exists in the image.",
      'Whether `sh`, `git` and `node` are in the image.',
    ],
    todo: 'Correct the profile or the image and give `/prlt start`.',
  },
  RUN_LOST: {
    meaning:
      'The container ended from outside, more than once: it was removed or killed, or its engine went away. This uses up no attempt.',
    check: [
      'Whether somebody stopped the container.',
      'Whether the machine restarted.',
      "The engine's own log at that time.",
    ],
    todo: 'When the machine is well, give `/prlt start`.',
  },
  GITHUB_UNAVAILABLE: {
    meaning: 'GitHub does not answer or limits requests. The work is kept and goes on by itself.',
    check: [
      'https://www.githubstatus.com',
      'Whether the service reaches GitHub: proxy, certificates, firewall.',
    ],
    todo: 'Nothing. It goes on when GitHub answers.',
  },
  PERMISSION_MISSING: {
    meaning: 'The App is not allowed to do something that the work needs.',
    check: [
      'The permission that the sentence names, in the settings of the installation.',
      'Whether an owner has yet to accept new permissions.',
      'Whether the repository is among those selected for the App.',
    ],
    todo: 'Grant the permission and give `/prlt start`.',
  },
  QUARANTINED: {
    meaning:
      'The service itself died three times while it did one step of this work, the last time with nothing else under way. The step was set aside, so that everything else goes on.',
    check: [
      'The log of the service before each of its last starts: memory, a signal, an error.',
      'What `GET /readyz` and `prlt doctor` list as set aside.',
      'The log of the machine: whether the kernel ended it for want of memory.',
    ],
    todo: 'Find out what ended the service, then give `/prlt start`.',
  },
  INTERNAL: {
    meaning:
      'Something in prlt itself went wrong, several times. The sentence has the id under which the log tells more.',
    check: ['The log of the service, searched for that id.'],
    todo: 'Give `/prlt start` once more; when it comes back, report it with the id.',
  },
} as const satisfies Record<string, ErrorEntry>;
