/**
 * Six projects: `unit` needs nothing but Node and git; `docker` needs a Docker engine and its images; `long` holds the
 * stories that take their time, for CI and for who changed what they are about, `nightly` those that take minutes;
 * `runners` runs the real agent CLIs; `containment` has agents do their worst.
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
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/scenarios/**/*.test.ts', 'test/runtimes/docker/**/*.test.ts'],
          exclude: ['test/scenarios/long/**', 'test/scenarios/nightly/**', 'node_modules/**'],
          globalSetup: ['test/support/docker-machine.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/scenarios/long/**/*.test.ts'],
          globalSetup: ['test/support/docker-machine.ts'],
          testTimeout: 240_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'nightly',
          include: ['test/scenarios/nightly/**/*.test.ts'],
          globalSetup: ['test/support/docker-machine.ts'],
          testTimeout: 240_000,
          hookTimeout: 180_000,
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
