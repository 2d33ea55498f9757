// The measurement: all peers of a suite live at once and take short turns, while the others sleep, so that a machine whose
// speed changes meets them all alike.
import { startPeer } from './live_peer.mjs';
import { bound, command } from './peers.mjs';
import { busySeconds, spentBy } from './noise.mjs';
import { grouped, median, percentile } from './table.mjs';

const missing = new Set();

/** A line per case and peer of a suite on so many threads. */
export async function measure(suite, names, threads, context) {
  const lines = [];
  for (const run of suite.runs?.(context) ?? [undefined]) {
    const cases = suite.cases(context, run).filter((name) => context.only.test(name));
    const peers = cases.length > 0 ? await startAll(suite, names, run, threads, context) : [];
    for (const name of cases) lines.push(...(await measureCase(suite, name, peers, context)));
    await Promise.all(peers.map((peer) => peer.end()));
  }
  return lines;
}

/** The processes of the peers that are installed. */
async function startAll(suite, names, run, threads, context) {
  const start = async (name) => {
    const job = suite.job(name, run, context);
    if (!job || missing.has(name)) return undefined;
    const [script, ...args] = job;
    const begin = command(name, script);
    try {
      if (!begin) throw new Error('ModuleNotFoundError');
      const whole = bound([...begin, ...args, '--threads', threads, '--work', context.work], threads);
      return { name, ...(await (suite.startPeer ?? startPeer)(whole, name)) };
    } catch (error) {
      leaveOut(name, error);
    }
  };
  return (await Promise.all(names.map(start))).filter(Boolean);
}

function leaveOut(name, error) {
  if (/ModuleNotFoundError|MODULE_NOT_FOUND/.test(error.message)) {
    missing.add(name);
    console.log(`${name}: not installed, left out`);
  } else {
    console.log(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

/** What the peer answers; undefined when it has ended, which makes it `gone`. */
async function ask(peer, order) {
  try {
    return await peer.ask(order);
  } catch (error) {
    leaveOut(peer.name, error);
    peer.gone = true;
  }
}

/** The lines of one case: as many rounds as are wanted, or fewer, 4 at least, in the time that a case may take. */
async function measureCase(suite, name, peers, context) {
  const begin = performance.now();
  const able = [];
  for (const peer of peers.filter(({ gone }) => !gone)) {
    if (!(await ask(peer, `case ${name}`))?.ready) continue;
    await rest(peer);
    peer.turns = 0;
    able.push(peer);
  }

  const [bursts, first] = [[], performance.now()];
  const { rounds, limit = Infinity } = context.turns;
  let round = 0;
  for (; round < Math.min(rounds, 4) || (round < rounds && performance.now() - first < 1e3 * limit); round++) {
    const turns = [];
    for (const peer of roundOf(able.filter(({ gone }) => !gone), round % 2 === 1)) {
      if (!peer.gone) turns.push(await turn(suite, peer, context));
    }
    bursts.push(...withRatios(turns));
  }
  const lines = linesOf(suite, name, bursts.filter(({ times }) => times), rounds);
  const seconds = ((performance.now() - begin) / 1e3).toFixed(1);
  console.log(`${name}: ${able.length} peers, ${round} rounds, ${seconds} s`);
  return lines;
}

/** Whose turn it is in a round: hebb's is next to each of the others', whose order changes from round to round. */
function roundOf(peers, reversed) {
  const own = peers.filter(({ name }) => name === 'hebb');
  const others = peers.filter(({ name }) => name !== 'hebb');
  const order = (reversed ? others.toReversed() : others).flatMap((peer, i) => (i % 2 === 0 ? [...own, peer] : [peer]));
  return others.length % 2 === 0 ? [...order, ...own] : order;
}

/** A burst of the peer's case, and how long other programs kept how many processors busy meanwhile. */
async function turn(suite, peer, context) {
  const others = () => busySeconds() - spentBy(process.pid) - peer.spent();
  const [begin, busy] = [performance.now(), others()];
  const answer = await ask(peer, `go ${context.turns.seconds ?? 0}`);
  if (!answer) return { peer };
  const disturbed = { busy: others() - busy, wall: (performance.now() - begin) / 1e3 };
  peer.turns += 1;
  suite.after?.(answer, peer, context);
  await rest(peer);
  return { peer, ...answer, ...disturbed, median_ms: median(answer.times) };
}

/** The peer must not disturb the next one. */
async function rest(peer) {
  if ((await peer.rest()) || peer.restless) return;
  peer.restless = true;
  console.log(`${peer.name}: its threads go on after its turn`);
}

/** The turns of a round with what each took divided by what hebb's turn next to it took. */
function withRatios(turns) {
  return turns.map((one, i) => {
    const own = [turns[i - 1], turns[i + 1]].find((other) => other?.peer.name === 'hebb');
    return own && one.peer.name !== 'hebb' ? { ...one, ratio: one.median_ms / own.median_ms } : one;
  });
}

/** Of each peer the medians of its turns; for a case of which the suite wants percentiles, a line for each of them. */
function linesOf(suite, name, bursts, rounds) {
  const groups = grouped(bursts, ({ peer }) => peer);
  const all = (turns) => turns.flatMap(({ times }) => times);
  const ownTimes = all(bursts.filter(({ peer }) => peer.name === 'hebb'));
  return groups.flatMap(([peer, turns]) => {
    const total = (field) => turns.reduce((sum, one) => sum + one[field], 0);
    const line = { case: name, peer: peer.name, version: turns[0].version ?? peer.version };
    line.median_ms = median(turns.map((one) => one.median_ms));
    line.ratio = median(turns.map(({ ratio }) => ratio).filter((ratio) => ratio !== undefined));
    line.best_ms = Math.min(...all(turns));
    line.noise = Number(Math.max(0, total('busy') / total('wall') || 0).toFixed(2));
    for (const field of Object.keys(suite.extras ?? {})) {
      const values = turns.slice(0, rounds).map((one) => one[field]).filter((value) => value !== undefined);
      line[field] = suite.combine?.[field](values) ?? values.at(-1);
    }
    return Object.entries(suite.percentiles?.[name] ?? { '': undefined }).map(([label, share]) => {
      if (!label) return line;
      const value = percentile(all(turns), share);
      const ratio = share === 0.5 || peer.name === 'hebb' ? line.ratio : value / percentile(ownTimes, share);
      return { ...line, case: `${name}, ${label}`, median_ms: value, ratio };
    });
  });
}
