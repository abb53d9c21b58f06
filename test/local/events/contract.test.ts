import { compileEventPattern } from '../../../lib/local/events/event-pattern.ts';
import { eventPatternContract } from './contract.ts';

eventPatternContract('event patterns of the local cloud', async (pattern, event) =>
  compileEventPattern(pattern)(JSON.parse(JSON.stringify(event))),
);
