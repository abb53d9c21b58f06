import { appendFileSync } from 'node:fs';

/** Hears of each use of a permission. */
export type GrantRecord = (role: string, action: string, resource: string) => void;

/**
 * Appends `<role> <action> <resource>` to a file when a role uses a permission for the first time in this thread, so that a
 * proof can compare what is granted with what is used. Without a file nothing is recorded.
 */
export const grantRecord = (file: string | undefined): GrantRecord => {
  if (file === undefined) return () => undefined;
  const seen = new Set<string>();
  return (role, action, resource) => {
    const line = `${role} ${action} ${resource}\n`;
    if (seen.has(line)) return;
    seen.add(line);
    appendFileSync(file, line);
  };
};
