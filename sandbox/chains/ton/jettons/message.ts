/** Messages that the contracts send. */
import { build, type Code, integer, op, put } from './assembler';

/** `int_msg_info` up to the address of the receiver: no instant routing, no source (the machine fills it in). */
const BOUNCES = 0x18;
const DOES_NOT_BOUNCE = 0x10;
/** What follows the value up to the initial state and the body, each in a reference. */
const WITH_STATE = { value: 7, bits: 108 } as const;
/** The same without an initial state. */
const WITHOUT_STATE = { value: 1, bits: 107 } as const;

export interface Outgoing {
  readonly to: Code;
  readonly value: Code;
  readonly body: Code;
  /** The receiver's code and data, where it may not be there yet. */
  readonly state?: Code;
  readonly bounces: boolean;
  readonly mode: number;
}

/** Builds and sends. */
export function sendMessage(message: Outgoing): Code {
  const end =
    message.state === undefined
      ? put.uint(integer(WITHOUT_STATE.value), WITHOUT_STATE.bits)
      : [...put.uint(integer(WITH_STATE.value), WITH_STATE.bits), ...put.reference(message.state)];
  const cell = build(
    put.uint(integer(message.bounces ? BOUNCES : DOES_NOT_BOUNCE), 6),
    put.slice(message.to),
    put.coins(message.value),
    end,
    put.reference(message.body),
  );
  return [...cell, ...integer(message.mode), ...op.send];
}
