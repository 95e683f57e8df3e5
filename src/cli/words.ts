/** Messages as English sentences, and diagnostics as lines and as JSON. */
import { type Diagnostic, type Message, namespacedName } from '../engine/index.ts';
import { createI18n, translator } from '../i18n/translate.ts';

const translate = translator(createI18n('en'));

export const sentence = (message: Message): string => translate(message);

const place = (diagnostic: Diagnostic): string =>
  diagnostic.range === undefined ? '' : `${diagnostic.range.file}:${diagnostic.range.line}:${diagnostic.range.column}: `;

/** "web.yaml:12:3: warning: …" */
export const diagnosticLine = (diagnostic: Diagnostic): string =>
  `${place(diagnostic)}${diagnostic.severity}: ${sentence(diagnostic.message)}`;

export const diagnosticJson = (diagnostic: Diagnostic) => ({
  severity: diagnostic.severity,
  code: diagnostic.message.code,
  message: sentence(diagnostic.message),
  ...(diagnostic.object === undefined ? {} : { object: `${diagnostic.object.kind} ${namespacedName(diagnostic.object)}` }),
  ...(diagnostic.field === undefined ? {} : { field: diagnostic.field }),
  ...(diagnostic.range === undefined ? {} : { file: diagnostic.range.file, line: diagnostic.range.line, column: diagnostic.range.column }),
});
