/** Finds the research data that lies beside the checkout (`../shared`). It is absent in a fresh clone: tests that need it then say "skipped". For tests only. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** Whether the data is there at all. */
export const hasSharedData = existsSync(root);

/** The text of one file, by its path inside the shared folder ("vectors/kube-proxy/flows.json"). Throws when it is absent. */
export const sharedText = (path: string): string => readFileSync(root + path, 'utf8');

/** Names in one shared folder, sorted. */
export const sharedNames = (path: string): readonly string[] => readdirSync(root + path).sort();
