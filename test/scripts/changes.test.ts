import { describe, expect, it } from 'vitest';
import { type Assembly, assemblyChanges } from '../../scripts/assemblies/changes.ts';
import { changesAsMarkdown } from '../../scripts/assemblies/markdown.ts';

const stack = (resources: Record<string, { Type: string; Properties?: unknown }>) => ({ Resources: resources });
const fn = (key: string) => ({ Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: key }, MemorySize: 512 } });
const role = (action: string) => ({ Type: 'AWS::IAM::Role', Properties: { Policies: [{ Action: [action] }] } });
const table = { Type: 'AWS::DynamoDB::Table' };
const app = (stacks: Record<string, ReturnType<typeof stack>>): Assembly => new Map(Object.entries(stacks));

const before = app({
  orders: stack({ Place: fn('one'), PlaceRole: role('dynamodb:GetItem'), Table: table }),
  carts: stack({ Lock: fn('two') }),
});

describe('the changes between two assemblies', () => {
  it('are none when nothing changes', () => {
    expect(assemblyChanges(before, before)).toEqual([]);
    expect(changesAsMarkdown([])).toContain('No stack changes');
  });

  it('are of the stacks whose templates differ, with the values that do', () => {
    const after = app({
      orders: stack({ Place: fn('other'), PlaceRole: role('dynamodb:PutItem'), Table: table }),
      carts: stack({ Lock: fn('two') }),
      returns: stack({ Table: table }),
    });
    expect(assemblyChanges(before, after)).toEqual([
      {
        stack: 'orders',
        change: 'changed',
        resources: [
          { change: 'changed', type: 'AWS::Lambda::Function', logicalId: 'Place', paths: ['Properties.Code.S3Key'] },
          {
            change: 'changed',
            type: 'AWS::IAM::Role',
            logicalId: 'PlaceRole',
            paths: ['Properties.Policies.0.Action.0'],
          },
        ],
      },
      {
        stack: 'returns',
        change: 'added',
        resources: [{ change: 'added', type: 'AWS::DynamoDB::Table', logicalId: 'Table', paths: [] }],
      },
    ]);
  });

  it('show a reviewer new code, changed rights, and data that would be lost', () => {
    const after = app({ orders: stack({ Place: fn('other'), PlaceRole: role('dynamodb:PutItem') }), carts: stack({}) });
    const text = changesAsMarkdown(assemblyChanges(before, after));
    expect(text).toContain('To deploy: `carts`, `orders`');
    expect(text).toContain('- `~` AWS::Lambda::Function `Place` code\n');
    expect(text).toContain('- `~` AWS::IAM::Role `PlaceRole` Properties.Policies.0 **rights**');
    expect(text).toContain('- `-` AWS::DynamoDB::Table `Table` **holds data**');
  });

  it('stay short enough for a comment, however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`Function${index}`, fn('one')]));
    const text = changesAsMarkdown(assemblyChanges(app({}), app({ orders: stack(many) })));
    expect(text.length).toBeLessThan(65_000);
    expect(text).toContain('`orders`: 2000 resources');
  });
});
