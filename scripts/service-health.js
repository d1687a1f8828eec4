/** The image's health check: whether the service answers. JavaScript, since it starts every few seconds. */
const { HOST = '127.0.0.1', PORT = '3000' } = process.env;
const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;

const answer = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${PORT}/healthz`).catch(
  (error) => error,
);
if (answer.ok !== true) {
  process.stderr.write(`${answer.status ?? answer.message}\n`);
  process.exitCode = 1;
}
