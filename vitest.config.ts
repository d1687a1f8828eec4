/**
 * Five projects: `unit` needs nothing but Node and git; `docker` needs a Docker engine and its images; `long` holds the
 * stories that take their time, for CI and for who changed what they are about; `runners` runs the real agent CLIs;
 * `containment` has agents do their worst.
 */
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
          exclude: [
            'test/scenarios/**',
            'test/runtimes/docker/**',
            'test/runners/conformance/**',
            'test/containment/**',
            'node_modules/**',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/scenarios/**/*.test.ts', 'test/runtimes/docker/**/*.test.ts'],
          exclude: ['test/scenarios/long/**', 'node_modules/**'],
          globalSetup: ['test/support/docker-machine.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/scenarios/long/**/*.test.ts'],
          globalSetup: ['test/support/docker-machine.ts'],
          testTimeout: 120_000,
          hookTimeout: 90_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'containment',
          include: ['test/containment/**/*.test.ts'],
          globalSetup: ['test/support/docker-machine.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'runners',
          include: ['test/runners/conformance/**/*.test.ts'],
          globalSetup: ['test/support/runner-images.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          maxConcurrency: 3,
        },
      },
    ],
  },
});
