/**
 * Loaded once per worker thread and shared by all workflows in it, before the first of them begins (`preloadModules` of the SDK): the pure
 * core, which keeps nothing between calls. Without it every workflow that comes into the cache evaluates all of it anew.
 *
 * The SDK takes a stack trace of each promise for its stack trace query, each frame mapped back to the source: a third of the CPU of a
 * workflow task. What a subscription waits for stands in its details; three frames are enough to tell who called `fail`.
 */
import '../domain/errors';
import '../domain/ids';
import '../domain/settlement/apply';
import '../domain/settlement/commands';
import '../domain/settlement/decide';
import '../domain/settlement/details';
import '../domain/subscription/apply';
import '../domain/subscription/commands';
import '../domain/subscription/decide';
import '../domain/subscription/details';
import '../domain/subscription/state';

Error.stackTraceLimit = 3;
