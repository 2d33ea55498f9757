// The processor that is measured, and the instruction set whose kernels hebb runs on it.
import { devices } from 'hebb';

const [cpu] = devices();
export const isa = cpu.isa;
export const processor = `${cpu.name} with ${isa}`;
