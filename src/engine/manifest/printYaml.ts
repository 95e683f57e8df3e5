/** An object as `kubectl get -o yaml` prints it: keys in alphabetical order, no references, texts quoted where YAML 1.1 would read something else. */
import { dump } from 'js-yaml';
import { compareText } from '../../shared/compare.ts';

export const printYaml = (value: unknown): string =>
  dump(JSON.parse(JSON.stringify(value)), { noRefs: true, sortKeys: compareText, lineWidth: -1, seqNoIndent: true });
