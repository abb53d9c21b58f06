import { readEnv } from '../../lib/runtime/env.ts';
import { describeError, loggerFor } from '../../lib/runtime/log.ts';
import { schedule } from '../../lib/runtime/schedule.ts';
import { NodesEnv } from './env.ts';
import { nodeHealth } from './node-health.ts';
import { nodeWiring } from './node-wiring.ts';
import { probeNodes } from './probe-nodes.ts';

const wiring = nodeWiring(readEnv(NodesEnv));

export const handler = schedule('probe nodes', ({ traceId }) => {
  const log = loggerFor({ traceId });
  return probeNodes({
    ...wiring,
    health: nodeHealth(wiring),
    tell: (node, message, error) =>
      log('warn', message, { node: node.id, ...(error === undefined ? {} : { error: describeError(error) }) }),
  })();
});
