/* notify_all of the condition that all waiters sleep on, as in src/sync/futex_condition.hpp, with waiters and notifiers that
   die. It clears all flags, so one bit stands for them here; notify.pml and freed.pml have notify(n).

   One step is one access to a shared word; the kernel compares and queues in one step, and wakes in one step.
   The state behind the condition is a number of items. A notifier adds one item, then notifies. A waiter takes one: its
   predicate acts, as that of receive does. There are as many items as waiters that live.
   The tick: a sleeper may wake by itself only if a process died (CONFIG 2), as the design needs it only then. Without a
   death every wake-up must come from a notification.
   CONFIG:
     1  nobody dies, or a waiter does, at any step; there is no tick
     2  a notifier dies between its change and its notify_all, or inside it; there is a tick
   A waiter that sleeps for ever is an invalid end state. Asserted: in the end at most bit 0 is left behind. */

#ifndef CONFIG
#define CONFIG 1
#endif
#ifndef MUTANT
#define MUTANT none
#endif
#define none 0
#define wake_one 1
#define look_before_announcing 2
#define notify_before_change 3
#define no_count 4               /* notify_all clears the bit and does not count up */
#define no_comparison 5          /* the kernel puts to sleep whatever the word is */
#define no_tick 6
#define bit_cleared_by_waiter 7  /* who stops waiting clears the bit, though others may sleep */

#define LIVING 2 /* waiters; one more is mortal */
#define BIT(w) ((w) & 1)

byte word;       /* count | bit */
byte items;
bit asleep[3];   /* in the kernel's queue */
bit dead, finished, notifier_dead;
byte done;

#if MUTANT == no_comparison
#define SAME(k) true
#else
#define SAME(k) (word == (k))
#endif

inline look() { if :: items > 0 -> items--; took = 1 :: else fi }
inline wait(me) {
    do
    :: took -> break
    :: else ->
#if MUTANT == look_before_announcing
       atomic { look() };
       atomic { word = word | 1; k = word };
#else
       atomic { word = word | 1; k = word };
       atomic { look() };
#endif
       if
       :: took
       :: else ->
          atomic { if :: SAME(k) -> asleep[me] = 1 :: else fi; k = 0 };
          if
          :: !asleep[me]
#if CONFIG == 2 && MUTANT != no_tick
          :: atomic { asleep[me] && notifier_dead -> asleep[me] = 0 }
#endif
          fi
       fi
    od;
#if MUTANT == bit_cleared_by_waiter
    word = word & 254
#endif
}
inline wake() {
#if MUTANT == wake_one
    if :: asleep[0] -> asleep[0] = 0 :: asleep[1] -> asleep[1] = 0 :: asleep[2] -> asleep[2] = 0
       :: !asleep[0] && !asleep[1] && !asleep[2] fi
#else
    asleep[0] = 0; asleep[1] = 0; asleep[2] = 0
#endif
}
#if MUTANT == no_count
#define NOTIFIED(w) ((w) & 254)
#else
#define NOTIFIED(w) (((w) + 2) & 254)
#endif
inline notify_all() {
    k = word;
    do
    :: atomic { !BIT(k) -> k = 0; break }
    :: atomic { BIT(k) -> if :: word == k -> word = NOTIFIED(k); ok = 1 :: else -> k = word fi };
       if
       :: ok -> atomic { wake(); k = 0; ok = 0; break }
       :: !ok
       fi
    od
}
inline change_and_notify() {
#if MUTANT == notify_before_change
    notify_all(); atomic { items++ }
#else
    atomic { items++ }; notify_all()
#endif
}

proctype Waiter(byte me) { byte k; bit took; wait(me); done++ }
/* Takes nothing to its grave: an item that a dead one took is given back by recovery, which notifies. */
proctype MortalWaiter() {
    byte k; bit took;
    { wait(2); atomic { finished = 1; items++; took = 0 }; } unless { dead -> atomic { k = 0; asleep[2] = 0 } };
    bit ok; /* from here on: who recovers it */
    if :: took -> atomic { items++; took = 0 } :: else fi;
    notify_all()
}
proctype Notifier(byte times) {
    byte k; bit ok;
    do
    :: atomic { times > 0 -> times-- }; change_and_notify()
    :: atomic { times == 0 -> break }
    od
}
proctype MortalNotifier() { byte k; bit ok; { change_and_notify() } unless { notifier_dead -> skip } }
proctype Killer() {
end:
    do
#if CONFIG == 1
    :: atomic { !dead && !finished -> dead = 1; break }
#else
    :: atomic { items > 0 && !notifier_dead -> notifier_dead = 1; break } /* after its change: recovery would undo a change half made */
#endif
    od
}
init {
    atomic {
        run Waiter(0); run Waiter(1);
#if CONFIG == 1
        run MortalWaiter(); run Notifier(1); run Notifier(1);
#else
        run Notifier(1); run MortalNotifier();
#endif
        run Killer()
    };
    atomic { done == LIVING -> assert(items == 0 || CONFIG == 1) }
}
