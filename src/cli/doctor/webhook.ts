/** Where GitHub sends deliveries, and whether they arrive. */
import { webhookPath } from '../../http/setup/manifest.ts';
import { broken, type Finding, ok, weak } from './finding.ts';

export interface HookConfig {
  url?: string | undefined;
  content_type?: string | undefined;
  insecure_ssl?: string | number | undefined;
}

/** @param polls whether deliveries are asked for often enough to be the way in */
export function judgeHook(config: HookConfig, polls: boolean): Finding {
  const { url = '' } = config;
  if (url === '') {
    const todo = `Give it a URL that ends in ${webhookPath}, and make it active.`;
    return broken('webhook', 'The App has no webhook, so GitHub records no deliveries.', todo);
  }
  if (config.content_type !== undefined && config.content_type !== 'json') {
    return broken('webhook', `It sends ${config.content_type}.`, 'Set its content type to application/json.');
  }
  if (polls) return ok('webhook', `deliveries are asked for; ${url} need not be reached`);
  if (!URL.canParse(url) || new URL(url).pathname !== webhookPath) {
    return broken(
      'webhook',
      `It goes to ${url}.`,
      `prlt listens at ${webhookPath}: correct the URL in the App.`,
    );
  }
  if (new URL(url).hostname.endsWith('.invalid')) {
    return broken(
      'webhook',
      `It goes to ${url}, which is nowhere.`,
      'Set PRLT_POLL=30s, or the URL in the App.',
    );
  }
  if (!url.startsWith('https:') || String(config.insecure_ssl ?? '0') !== '0') {
    return weak(
      'webhook',
      `${url} is used without checked TLS.`,
      'Use https and a certificate, and verify it.',
    );
  }
  return ok('webhook', url);
}

/** @param statuses HTTP statuses of the latest deliveries */
export function judgeDeliveries(statuses: readonly number[], polls: boolean): Finding {
  const failed = statuses.filter((status) => status < 200 || status >= 400).length;
  if (statuses.length === 0) return ok('deliveries', 'none so far');
  if (failed === 0 || polls) return ok('deliveries', `the latest ${statuses.length} were recorded`);
  return weak(
    'deliveries',
    `${failed} of the latest ${statuses.length} did not arrive. prlt asks for them again.`,
    'Look at them in the App under Advanced. Where GitHub cannot reach this machine, set PRLT_POLL=30s.',
  );
}
