/** Objects of one kind by id, in the order of their creation, with a note of what changed since the journal was last written. */
export interface Identified {
  readonly id: string;
}

/** One change for the journal: the collection's name, the id, and the object as it is now; null when it was removed. */
export type Change = readonly [collection: string, id: string, object: unknown];

/** A store of objects of one kind. Objects are changed only through `update`, so that nothing is left out of the journal. */
export class Collection<T extends Identified> {
  readonly #objects = new Map<string, T>();
  readonly #changed = new Set<string>();

  constructor(
    readonly name: string,
    /** How many objects are kept; the oldest goes first. Bounds the memory of what only grows, such as events. */
    private readonly countMax = Number.POSITIVE_INFINITY,
  ) {}

  get(id: string): T | undefined {
    return this.#objects.get(id);
  }

  /** The object that another object names: it must exist, otherwise the sandbox itself is wrong. */
  at(id: string): T {
    const object = this.#objects.get(id);
    if (object === undefined) throw new Error(`${this.name} holds no ${id}`);
    return object;
  }

  add<O extends T>(object: O): O {
    this.#objects.set(object.id, object);
    this.#changed.add(object.id);
    this.#dropOldest();
    return object;
  }

  update(object: T, change: Partial<T>): T {
    Object.assign(object, change);
    this.#changed.add(object.id);
    return object;
  }

  remove(id: string): void {
    if (this.#objects.delete(id)) this.#changed.add(id);
  }

  clear(): void {
    for (const id of this.#objects.keys()) this.#changed.add(id);
    this.#objects.clear();
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Oldest first. */
  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** Newest first, as Stripe lists them. */
  newestFirst(): T[] {
    return [...this.#objects.values()].reverse();
  }

  /** What changed since the last call. */
  takeChanges(): Change[] {
    const changes = [...this.#changed].map((id): Change => [this.name, id, this.#objects.get(id) ?? null]);
    this.#changed.clear();
    return changes;
  }

  /** Every object as a change, to write the journal anew. */
  allChanges(): Change[] {
    return [...this.#objects].map(([id, object]): Change => [this.name, id, object]);
  }

  /** Applies one change read from the journal. */
  restore(id: string, object: unknown): void {
    if (object === null) this.#objects.delete(id);
    else this.#objects.set(id, object as T);
    this.#dropOldest();
  }

  #dropOldest(): void {
    if (this.#objects.size <= this.countMax) return;
    for (const id of this.#objects.keys()) {
      this.#objects.delete(id);
      this.#changed.add(id);
      if (this.#objects.size <= this.countMax) return;
    }
  }
}
