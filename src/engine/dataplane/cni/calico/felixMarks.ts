/** Felix's mark bits (default mask 0xffff0000, v3.30 and later) and the names it hard-codes. */

export const acceptMark = 0x10000;
export const passMark = 0x20000;
/** Set in raw PREROUTING on what comes from a workload. */
export const fromWorkloadMark = 0x80000;
/** Everything that Felix clears before it begins: all but the drop bit and those of endpoint marks. */
export const allMarks = 0x1b0000;

export const workloadInterfaces = 'cali+';
export const setNames = {
  allPools: 'cali40all-ipam-pools',
  masqueradedPools: 'cali40masq-ipam-pools',
  vxlanHosts: 'cali40all-vxlan-net',
  ipipHosts: 'cali40all-hosts-net',
  thisHost: 'cali40this-host',
  dscpSources: 'cali40dscp-src-net',
} as const;
