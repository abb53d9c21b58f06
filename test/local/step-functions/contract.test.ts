import { statesContract } from './contract.ts';
import { runExpress } from './world.ts';

statesContract('state machines of the local cloud', (definition, input) => runExpress(definition, input));
