#!/usr/bin/env node
// `npx hebb`: what a report of a bug needs. All of hebb is imported, so that the bundle keeps it in one chunk.
import './index.js';
import { report } from './report.js';

const given = process.argv[2];
if (given === undefined) console.log(report());
else {
  console.error(`hebb: takes no arguments and prints the versions and devices of this machine, got '${given}'`);
  process.exitCode = 1;
}
