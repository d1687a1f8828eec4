/** Two projects: `unit` needs nothing but Node and git; `docker` needs a Docker engine and its images. */
import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants a report that a program can read. */
const report = process.env['PRLT_TEST_REPORT'];

export default defineConfig({
  test: {
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/scenarios/**', 'test/runtimes/docker/**', 'node_modules/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/scenarios/**/*.test.ts', 'test/runtimes/docker/**/*.test.ts'],
          globalSetup: ['test/support/docker-machine.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
