/* A latest value: a topic with history 1 and without pins, read by copying. The protocol is in broadcast.inc.

   Indices: 0 a writer, 1 another writer. Readers need none (they may map read-only).
   CONFIG:
     1  a writer dies and is recovered by a mortal; another writes; one reads
     2  nobody dies; two write, one reads twice
     3  the only writer dies
   Slots: one less than as built (2: as built), so that they are used again sooner.
   Asserted: what is read is whole and of the sequence that the reader gets; it is no older than the newest when the
   read began; a reader never goes back; the newest is known for any value of the tail; a dead writer leaves the previous
   value; loans always find a slot (2). */

#ifndef CONFIG
#define CONFIG 1
#endif
#define HISTORY 1
#if CONFIG == 2
#define SLOTS 4 /* history + 2 loans + 1 */
#define ALWAYS_FINDS
#else
#define SLOTS 3
#endif
#include "broadcast.inc"

inline newest(p) { /* p < FIRST: there is none */
    atomic { p = tail; if :: p < FIRST -> p = FIRST :: else fi };
    atomic { /* the tail may lag behind one who died */
        if :: SEQUENCE(cell[p % HISTORY]) == p && MUTANT != newest_from_tail -> skip :: else -> p-- fi }
}
proctype Reader(byte times) {
    LOCALS; byte p = 0, k = 0, begun_at, seen = 0;
    do
    :: atomic { k < times -> k++; begun_at = next - 1 };
       do
       :: newest(p);
          atomic { if :: p < FIRST -> p = FIRST :: else fi };
          copy(p);
          if
          :: atomic { ok -> assert(p >= begun_at && p >= seen); seen = p; ok = 0; break }
          :: atomic { !ok -> assert(begun_at < FIRST); break }
          fi
       od;
       p = 0
    :: atomic { k == times -> k = 0; begun_at = 0; seen = 0; break }
    od;
    /* has_newer(): when everybody is done, the last value is seen, whoever wrote it and died. */
    atomic { busy == 1 };
    newest(p);
    atomic { assert(p == next - 1); p = 0; busy-- }
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
        busy = 3; run Mortal(0, 1, 1); run Living(1, 3, 1, 0); run Reader(1);
        run Recoverer(0); run Killer(0);
#elif CONFIG == 3
        busy = 2; run Mortal(0, 1, 2); run Reader(2); run Recoverer(0); run Killer(0);
#else
        busy = 3; run Living(0, 1, 1, 0); run Living(1, 2, 2, 0); run Reader(2);
#endif
        run Audit()
    }
}
