/**
 * `npm test`: installs what is missing and runs types, lint, unit and architecture tests, the build, and the browser tests. Ends with the
 * line "N passed, N failed[, N skipped]". `npm test -- --no-browser` leaves the browser out, and says so.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installChromium, installPackages, packageBinary, root, run } from './install.mjs';

const withBrowser = !process.argv.includes('--no-browser');
const counts = { passed: 0, failed: 0, skipped: 0 };
const notes = [];

if (!installPackages()) {
  console.error('packetwalk: the packages could not be installed; see npm above');
  console.log('0 passed, 1 failed');
  process.exit(1);
}

/** A step that is one check: it counts as one test. */
function check(name, path, args) {
  console.log(`\n== ${name}`);
  const passed = run(process.execPath, [packageBinary(path), ...args]);
  counts[passed ? 'passed' : 'failed'] += 1;
  if (!passed) notes.push(`failed: ${name}`);
  return passed;
}

const report = (name) => join(tmpdir(), `packetwalk-${process.pid}-${name}.json`);

function readReport(path, name) {
  if (existsSync(path)) {
    const parsed = JSON.parse(readFileSync(path, 'utf8'));
    rmSync(path);
    return parsed;
  }
  counts.failed += 1;
  notes.push(`failed: ${name} left no report`);
  return null;
}

check('types of the engine (no DOM)', 'typescript/bin/tsc', ['-p', 'tsconfig.engine.json']);
check('types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']);
check('lint and format', '@biomejs/biome/bin/biome', ['ci', '.']);

console.log('\n== unit and architecture tests');
const unitReport = report('unit');
run(process.execPath, [
  packageBinary('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${unitReport}`,
]);
const unit = readReport(unitReport, 'unit tests');
if (unit !== null) {
  counts.passed += unit.numPassedTests;
  counts.failed += unit.numFailedTests;
  counts.skipped += unit.numPendingTests + (unit.numTodoTests ?? 0);
  const brokenFiles = unit.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  counts.failed += brokenFiles.length;
  if (!unit.success) notes.push('failed: unit tests');
}

const built = check('build', 'vite/bin/vite.js', ['build', '--logLevel', 'warn']);

console.log('\n== browser tests');
const chromium = withBrowser ? installChromium() : { reason: 'left out by --no-browser' };
if (chromium.reason !== undefined) {
  counts.skipped += 1;
  notes.push(`skipped: browser tests, ${chromium.reason}`);
} else if (built) {
  const browserReport = report('browser');
  run(process.execPath, [packageBinary('@playwright/test/cli.js'), 'test', '--reporter=list,json'], {
    env: {
      ...process.env,
      PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport,
      ...(chromium.path === undefined ? {} : { PACKETWALK_CHROMIUM: chromium.path }),
    },
  });
  const browser = readReport(browserReport, 'browser tests');
  if (browser !== null) {
    counts.passed += browser.stats.expected + browser.stats.flaky;
    counts.failed += browser.stats.unexpected + browser.errors.length;
    counts.skipped += browser.stats.skipped;
    if (browser.stats.unexpected > 0) notes.push('failed: browser tests');
  }
}

console.log('');
for (const note of notes) console.log(note);
if (!existsSync(`${root}../shared`)) console.log('skipped: tests against ../shared, which is not beside this checkout');
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.failed === 0 ? 0 : 1);
