import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { activateNode, activateNodeRoute } from './activate-node.ts';
import { NodesEnv } from './env.ts';
import { nodeWiring } from './node-wiring.ts';

export const handler = api(activateNodeRoute, activateNode(nodeWiring(readEnv(NodesEnv))));
