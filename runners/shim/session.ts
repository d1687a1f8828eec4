/** Opens the conversation with an agent: a new one, or an earlier one where the agent can go on with it. */
import {
  type ClientContext,
  type InitializeResponse,
  type McpServer,
  methods,
} from '@agentclientprotocol/sdk/unstable';
import type { AcpSettings } from './protocol.ts';

export interface Session {
  id: string;
  /** It goes on with an earlier conversation. */
  resumed: boolean;
}

export interface SessionStart {
  cwd: string;
  acp: AcpSettings;
  earlier: string | undefined;
  mcpUrl: string;
}

/** Rejects when the agent refuses a new session, its mode or an option; an earlier session that is gone is replaced. */
export async function openSession(
  peer: ClientContext,
  about: InitializeResponse,
  start: SessionStart,
): Promise<Session> {
  const mcpServers: McpServer[] = about.agentCapabilities?.mcpCapabilities?.http
    ? [{ type: 'http', name: 'prlt', url: start.mcpUrl, headers: [] }]
    : [];
  const { mode, ...session } =
    (await continueEarlier(peer, start, mcpServers)) ?? (await beginNew(peer, start, mcpServers));
  if (start.acp.mode !== undefined && start.acp.mode !== mode) {
    await peer.request(methods.agent.session.setMode, { sessionId: session.id, modeId: start.acp.mode });
  }
  for (const { id, value } of start.acp.options ?? []) {
    await peer.request(methods.agent.session.setConfigOption, { sessionId: session.id, configId: id, value });
  }
  return session;
}

/** `mode` is the one that the agent says it is in. */
type Opened = Session & { mode?: string | undefined };

async function beginNew(peer: ClientContext, start: SessionStart, mcpServers: McpServer[]): Promise<Opened> {
  const { sessionId, modes } = await peer.request(methods.agent.session.new, { cwd: start.cwd, mcpServers });
  return { id: sessionId, resumed: false, mode: modes?.currentModeId };
}

async function continueEarlier(
  peer: ClientContext,
  start: SessionStart,
  mcpServers: McpServer[],
): Promise<Opened | undefined> {
  if (start.earlier === undefined || start.acp.resume === 'none') return undefined;
  const method = start.acp.resume === 'load' ? methods.agent.session.load : methods.agent.session.resume;
  try {
    const { modes } = await peer.request(method, { sessionId: start.earlier, cwd: start.cwd, mcpServers });
    return { id: start.earlier, resumed: true, mode: modes?.currentModeId };
  } catch {
    return undefined;
  }
}
