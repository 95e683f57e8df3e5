/** An object as `kubectl get -o yaml` prints it: keys in alphabetical order, no references, texts quoted where kubectl would read something else. */
import { dump } from 'js-yaml';
import { compareText } from '../../shared/compare.ts';
import { kubectlSchema } from './kubectlSchema.ts';

export const printYaml = (value: unknown): string =>
  dump(JSON.parse(JSON.stringify(value)), { schema: kubectlSchema, noRefs: true, sortKeys: compareText, lineWidth: -1, indent: 2, seqNoIndent: true });
