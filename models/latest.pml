/* A latest value: a topic with history 1 and without pins, read by copying. The protocol is in broadcast.inc.

   Indices: 0 a writer, 1 another writer. Readers need none (they may map read-only).
   CONFIG:
     1  a writer dies, is recovered by a mortal, its index is used again; another writes; one reads
     2  nobody dies; two write, one reads twice
   Slots as built: history + one loan for each of two participants + 1.
   Asserted: what is read is whole and of the sequence that the reader is told; it is no older than the newest when the
   read began; a reader never goes back; a dead writer leaves the previous value; loans always find a slot. */

#ifndef CONFIG
#define CONFIG 1
#endif
#define HISTORY 1
#define SLOTS 4
#if CONFIG == 2
#define ALWAYS_FINDS
#endif
#include "broadcast.inc"

proctype Reader(byte times) {
    LOCALS; byte p = 0, k = 0, newest, seen = 0;
    do
    :: atomic { k < times -> k++; newest = next - 1 };
       do
       :: atomic { p = tail; if :: p < FIRST -> p = FIRST :: else fi };
          atomic { /* newest(): the tail may lag behind one who died */
              if :: SEQUENCE(cell[p % HISTORY]) == p && MUTANT != newest_from_tail -> skip :: else -> p-- fi;
              if :: p < FIRST -> p = FIRST :: else fi };
          copy(p);
          if
          :: atomic { ok -> assert(p >= newest && p >= seen); seen = p; ok = 0; break }
          :: atomic { !ok -> assert(newest < FIRST); break }
          fi
       od;
       p = 0
    :: atomic { k == times -> k = 0; newest = 0; seen = 0; busy--; break }
    od
}
proctype Audit() {
    byte s, n;
    atomic { busy == 0 -> audit() }
}
init {
    byte s, n;
    atomic {
        place();
#if CONFIG == 1
        busy = 4; run Mortal(0, 1, 1); run Living(0, 2, 1, 1); run Living(1, 3, 1, 0); run Reader(1);
        run Recoverer(0); run Killer(0);
#else
        busy = 3; run Living(0, 1, 1, 0); run Living(1, 2, 2, 0); run Reader(2);
#endif
        run Audit()
    }
}
