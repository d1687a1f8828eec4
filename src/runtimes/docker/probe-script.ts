/** What the probe's container runs, and how its exit code reads. Plain JavaScript for the image's own Node. */

/** Bits of the exit code; 1 and 2 are left to Node's own failures. */
export const findings = { mirror: 4, socket: 8, network: 16, work: 32, root: 64 } as const;

/**
 * Reads the nonce in the mirror, hands it over the socket, looks at the network and at what can be written. Refused by
 * a target counts as reached: something there answered. `PRLT_PROBE_TARGETS` is a JSON list of [host, port].
 */
export const probeScript = `
const fs = require('node:fs'), net = require('node:net'), os = require('node:os'), http = require('node:http');
const tryTo = (act) => { try { return act(); } catch { return undefined; } };
const reaches = ([host, port]) => new Promise((resolve) => {
  const socket = net.connect({ host, port });
  const end = (reached) => { socket.destroy(); resolve(reached); };
  socket.setTimeout(1500, () => end(false));
  socket.on('connect', () => end(true));
  socket.on('error', (error) => end(error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET'));
});
const handOver = (nonce) => new Promise((resolve) => {
  const req = http.request({ socketPath: '/run/prlt/host.sock', path: '/nonce', method: 'PUT', timeout: 5000 }, (res) => {
    res.resume().on('end', () => resolve(res.statusCode === 204));
  });
  req.on('timeout', () => req.destroy()).on('error', () => resolve(false)).end(nonce);
});
(async () => {
  const nonce = tryTo(() => fs.readFileSync('/mirror/nonce', 'utf8'));
  let bits = nonce === undefined ? ${findings.mirror} : 0;
  if (!(await handOver(nonce ?? ''))) bits |= ${findings.socket};
  const outer = Object.keys(os.networkInterfaces()).filter((name) => name !== 'lo');
  const reached = await Promise.all(JSON.parse(process.env.PRLT_PROBE_TARGETS).map(reaches));
  if (outer.length > 0 || reached.includes(true)) bits |= ${findings.network};
  const writes = (path) => tryTo(() => { fs.writeFileSync(path, ''); return true; }) === true;
  if (!writes('/work/.probe') || !writes('/tmp/.probe')) bits |= ${findings.work};
  const open = ['/probe', '/mirror/probe', '/run/prlt/probe'];
  if (process.getuid() === 0 || open.some(writes)) bits |= ${findings.root};
  process.exit(bits);
})();
`;
