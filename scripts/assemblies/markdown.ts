import type { ResourceChange, StackChange } from './changes.ts';

/** GitHub takes comments of 65,536 characters; the rest is for what else is in one. */
const MAX_CHARACTERS = 50_000;

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;
/** What a reviewer should look at first: who may do what, and what may be lost. */
const GRAVE = /^AWS::(IAM|KMS|SecretsManager)::|Policy$/;
const HOLDS_DATA = /^AWS::(DynamoDB::Table|S3::Bucket|SecretsManager::Secret|SQS::Queue|Events::EventBus)$/;

/** New code is a new version of a function with another logical id, which says nothing more. */
const isVersion = ({ type }: ResourceChange): boolean => type === 'AWS::Lambda::Version';
const isCode = ({ type, paths }: ResourceChange): boolean =>
  type === 'AWS::Lambda::Function' &&
  paths.length > 0 &&
  paths.every((path) => /^(Properties\.Code|Metadata)\b/.test(path));
const isNewVersion = ({ type, paths }: ResourceChange): boolean =>
  type === 'AWS::Lambda::Alias' && paths.every((path) => path.startsWith('Properties.FunctionVersion'));

const line = (resource: ResourceChange): string => {
  const { change, type, logicalId, paths } = resource;
  const marks = [
    ...(GRAVE.test(type) ? ['**rights**'] : []),
    ...(change === 'removed' && HOLDS_DATA.test(type) ? ['**holds data**'] : []),
  ];
  const what = isCode(resource)
    ? 'code'
    : [...new Set(paths.map((path) => path.split('.').slice(0, 3).join('.')))].join(', ');
  return [`- \`${SIGNS[change]}\` ${type} \`${logicalId}\``, what, ...marks].filter((part) => part !== '').join(' ');
};

const section = ({ stack, change, resources }: StackChange): string => {
  const told = resources.filter((resource) => !isVersion(resource) && !isNewVersion(resource));
  const title = `<details><summary><code>${stack}</code>: ${change}, ${told.length} resources</summary>`;
  return [title, '', ...told.map(line), '', '</details>'].join('\n');
};

/** The changes of an app as Markdown, for a comment at a pull request. */
export const changesAsMarkdown = (changes: readonly StackChange[]): string => {
  if (changes.length === 0) return '### Templates\n\nNo stack changes.\n';
  const names = changes.map(({ stack }) => `\`${stack}\``).join(', ');
  const text = `### Templates\n\nTo deploy: ${names}\n\n${changes.map(section).join('\n')}\n`;
  return text.length <= MAX_CHARACTERS
    ? text
    : `### Templates\n\nTo deploy: ${names}\n\n${changes.map(({ stack, resources }) => `- \`${stack}\`: ${resources.length} resources`).join('\n')}\n`;
};
