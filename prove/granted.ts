import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** One Allow statement of a role of the synthesized app. */
export interface Grant {
  readonly template: string;
  readonly logicalId: string;
  readonly policy: number;
  readonly statement: number;
  /** The role's name in the local cloud. */
  readonly role: string;
  readonly actions: readonly string[];
  /** Parts of the names of the resources, as they appear in the ARNs of the local cloud; `` fits all. */
  readonly resources: readonly string[];
}

const OneOrMany = z
  .union([z.unknown().array(), z.unknown()])
  .transform((value) => (Array.isArray(value) ? value : [value]));
const Statement = z.looseObject({ Effect: z.string(), Action: OneOrMany, Resource: OneOrMany });
const Role = z.looseObject({
  Type: z.literal('AWS::IAM::Role'),
  Properties: z.looseObject({
    RoleName: z.string().optional(),
    Policies: z.array(z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(Statement) }) })).default([]),
  }),
});
const Template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const Join = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });

/** What of a resource's ARN is known without provisioning: a logical id's physical name, or the longest literal part. */
const namePart = (stack: string, resource: unknown): string => {
  const attribute = GetAtt.safeParse(resource);
  if (attribute.success) return `${stack}-${attribute.data['Fn::GetAtt'][0]}`;
  const joined = Join.safeParse(resource);
  if (!joined.success) return typeof resource === 'string' && resource !== '*' ? resource.replaceAll('*', '') : '';
  const parts = joined.data['Fn::Join'][1];
  const inner = parts.find((part) => GetAtt.safeParse(part).success);
  if (inner !== undefined) return namePart(stack, inner);
  const texts = parts.filter((part): part is string => typeof part === 'string');
  return (texts.sort((a, b) => b.length - a.length)[0] ?? '').split('*')[0] ?? '';
};

/** All grants of the roles of a synthesized app. */
export const grantsOf = (assembly: string): Grant[] =>
  readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((template) => {
      const stack = template.replace('.template.json', '');
      const { Resources } = Template.parse(JSON.parse(readFileSync(join(assembly, template), 'utf8')));
      return Object.entries(Resources).flatMap(([logicalId, resource]) => {
        const role = Role.safeParse(resource);
        if (!role.success) return [];
        return role.data.Properties.Policies.flatMap(({ PolicyDocument }, policy) =>
          PolicyDocument.Statement.flatMap((entry, statement): Grant[] =>
            entry.Effect !== 'Allow'
              ? []
              : [
                  {
                    template,
                    logicalId,
                    policy,
                    statement,
                    role: role.data.Properties.RoleName ?? `${stack}-${logicalId}`,
                    actions: entry.Action.map(String),
                    resources: entry.Resource.map((name) => namePart(stack, name)),
                  },
                ],
          ),
        );
      });
    });

/** The template's text without one statement. */
export const withoutStatement = (text: string, grant: Grant): string => {
  const template = Template.parse(JSON.parse(text));
  const role = Role.parse(template.Resources[grant.logicalId]);
  role.Properties.Policies[grant.policy]?.PolicyDocument.Statement.splice(grant.statement, 1);
  return JSON.stringify({ ...template, Resources: { ...template.Resources, [grant.logicalId]: role } });
};
