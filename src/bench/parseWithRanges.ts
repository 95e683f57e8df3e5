/**
 * Parsing 1,000 documents so that every field's place can be asked for, as the reader does it, against the same parser with the same schema
 * giving plain values. Places come from offsets that the parser leaves; to ask for each document's own place is measured beside it.
 */
import { loadAll } from 'js-yaml';
import { kubectlSchema } from '../engine/manifest/kubectlSchema.ts';
import { type FreshDocument, parseDocuments } from '../engine/manifest/parseDocument.ts';
import { splitDocuments } from '../engine/manifest/splitDocuments.ts';
import { collectGarbage } from './collectGarbage.ts';
import { type Bench, compare } from './harness.ts';
import { joinDocuments, manifestDocuments } from './manifests.ts';
import { processTimeOf } from './processTime.ts';

const documentCount = 1_000;
/** Many short ones: the two sides are to be alike within a few hundredths. */
const rounds = 41;
const roundsBeside = 15;

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
    const timed = (work: () => void) => () => processTimeOf(work);
    const plain = timed(() => loadAll(text, { schema: kubectlSchema }));
    const alone = await compare(
      timed(() => parseAll(({ parsed }) => parsed)),
      plain,
      { rounds, settle: collectGarbage },
    );
    const looked = await compare(
      timed(() => parseAll(({ parsed, freshRangeOf }) => [parsed, freshRangeOf('')])),
      plain,
      { rounds: roundsBeside, settle: collectGarbage },
    );
    return {
      kind: 'measured',
      ratio: alone.ratio,
      sides: [
        { name: 'with ranges', value: alone.ours, unit: 'ms' },
        { name: 'js-yaml loadAll', value: alone.theirs, unit: 'ms' },
      ],
      notes: [`and with each document's place asked for: ${looked.ratio.toFixed(2)}`],
    };
  },
};
