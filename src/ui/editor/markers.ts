/** Severities of problems in Monaco's numbers (MarkerSeverity: Hint 1, Info 2, Warning 4, Error 8). */
import type { ProblemModel } from '../../view/model.ts';

export const severities: Readonly<Record<ProblemModel['severity'], 2 | 4 | 8>> = { info: 2, warning: 4, error: 8 };
