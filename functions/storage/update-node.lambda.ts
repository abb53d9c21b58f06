import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { updateNode, updateNodeRoute } from './update-node.ts';
import { NodesEnv } from './env.ts';
import { nodeWiring } from './node-wiring.ts';

export const handler = api(updateNodeRoute, updateNode(nodeWiring(readEnv(NodesEnv))));
