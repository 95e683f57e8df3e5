/** What a piece of work costs this process, the collector's threads included: what else runs on the machine is not counted. Node only. */

/** Milliseconds of processor time. */
export function processTimeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
