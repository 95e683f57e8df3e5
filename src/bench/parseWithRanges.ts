/**
 * Parsing 1,000 documents so that every field's place can be asked for, as the reader does it, against the same parser with the same schema
 * giving plain values. Places come from offsets that the parser leaves; to ask for each document's own place is measured beside it.
 */
import { loadAll } from 'js-yaml';
import { kubectlSchema } from '../engine/manifest/kubectlSchema.ts';
import { type FreshDocument, parseDocuments } from '../engine/manifest/parseDocument.ts';
import { splitDocuments } from '../engine/manifest/splitDocuments.ts';
import { collectGarbage } from './collectGarbage.ts';
import { type Bench, compare, timeOf } from './harness.ts';
import { joinDocuments, manifestDocuments } from './manifests.ts';

const documentCount = 1_000;
const rounds = 25;

export const parseWithRanges: Bench = {
  id: 'ranges',
  title: 'Parse with source ranges, against the same parser without',
  limit: { kind: 'atMost', ratio: 1.05 },
  async run() {
    const text = joinDocuments(manifestDocuments(documentCount));
    const parseAll = <Value>(visit: (document: FreshDocument) => Value): readonly Value[] =>
      parseDocuments(
        splitDocuments(text, documentCount).map((slice) => slice.text),
        visit,
      );
    const plain = () => timeOf(() => loadAll(text, { schema: kubectlSchema }));
    const settled = { rounds, settle: collectGarbage };
    const compared = await compare(() => timeOf(() => parseAll(({ parsed }) => parsed)), plain, settled);
    const looked = await compare(() => timeOf(() => parseAll(({ parsed, freshRangeOf }) => [parsed, freshRangeOf('')])), plain, settled);
    return {
      kind: 'measured',
      ratio: compared.ratio,
      sides: [
        { name: 'with ranges', value: compared.ours, unit: 'ms' },
        { name: 'js-yaml loadAll', value: compared.theirs, unit: 'ms' },
      ],
      notes: [`and with each document's place asked for: ${looked.ratio.toFixed(2)}`],
    };
  },
};
