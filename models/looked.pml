/* When to check for the dead: once a tick and segment, as in src/participants/look_schedule.hpp, with callers that die
   or are stopped at any step.

   Time advances in halves of a tick. A caller (a waiter at its tick, or a process whose calls succeed all the time) asks
   once in a tick, at its own phase: PHASE0 to PHASE2. Clocks differ by a constant: SHIFT of caller 1, as after a change
   of time namespaces. Caller 2 is another thread of caller 0's process.
   A look is due when the word is a tick old by the caller's clock, or has not moved since the caller asked last.
   The target dies at any time. Asserted: it is recovered before BOUND halves have passed during which a caller lives and
   no look was cut short. A look is cut short when its owner dies or is stopped in it: it moved the word, and the count
   begins anew; with NO_RESET it does not, and two more halves are allowed.
   With LOOKS: callers of different clocks do not look more often than that, all together. */

#ifndef MUTANT
#define MUTANT none
#endif
#define none 0
#define clock_alone 1          /* due by the caller's clock only */
#define moved_before_owned 2   /* stores the word, then asks for a lock that another thread of the process may hold */
#define skips_own_process 3    /* not due if a thread of the own process moved the word */
#define word_is_not_moved 4    /* looks without moving the word: everybody looks */
#define future_is_due 5        /* due also when the word lies in the future of the caller's clock */

#ifndef CALLERS
#define CALLERS 2
#endif
#ifndef SHIFT
#define SHIFT 0
#endif
#ifndef BOUND
#define BOUND 4
#endif
#ifndef END
#define END 12
#endif
#define START 40
#define PHASE0 0
#define PHASE1 1
#define PHASE2 1

short now;                 /* halves of a tick */
short word;                /* time of the last check, in the clock of its caller */
bit target_dead, recovered;
byte since;                /* halves since the target died, or since the last look that was cut short */
bit out[3];                /* dead or stopped */
bit busy[3];               /* in a look */
bit has_to_ask[3];         /* its tick has come, and it has not asked yet */
byte looks;
byte moved_by;             /* 1 + the process that moved the word last */
bit look_lock[2];          /* of a process */
#define PROCESS(c) ((c) == 1)
#define CLOCK(c) (now + ((c) == 1 -> SHIFT : 0))

inline begin_look() {
    busy[me] = 1; look_lock[PROCESS(me)] = 1;
#ifdef LOOKS
    looks++; assert(looks <= LOOKS)
#endif
}
inline asked() { has_to_ask[me] = 0; due = 0; seen = 0; mine = 0 }

proctype Caller(byte me) {
    short seen, last = -1;
    bit due, mine;
end_asks:
    do
    :: atomic { has_to_ask[me] && !out[me] -> seen = word; due = 0;
          if :: CLOCK(me) >= seen && CLOCK(me) - seen >= 2 -> due = 1 :: else fi;
#if MUTANT != clock_alone
          if :: seen == last -> due = 1 :: else fi;
#endif
#if MUTANT == future_is_due
          if :: seen > CLOCK(me) -> due = 1 :: else fi;
#endif
#if MUTANT == skips_own_process
          if :: moved_by == 1 + PROCESS(me) -> due = 0 :: else fi;
#endif
          last = seen;
          if :: !due -> asked() :: due fi
       };
       if
       :: !due
       :: due ->
end_gone_before_it_moved:
#if MUTANT == moved_before_owned
          atomic { !out[me] -> word = CLOCK(me); mine = !look_lock[PROCESS(me)]; last = word;
                   if :: mine -> begin_look() :: else -> asked() fi };
#elif MUTANT == word_is_not_moved
          atomic { !out[me] -> mine = 1; begin_look() };
#else
          atomic { !out[me] -> mine = (word == seen);
                   if :: mine -> word = (CLOCK(me) == seen -> seen + 1 : CLOCK(me)); last = word;
                                 moved_by = 1 + PROCESS(me); begin_look()
                      :: else -> asked() fi };
#endif
          if
          :: !mine
          :: mine ->
end_gone_in_its_look: /* checks all participants; the target in one step of it */
             atomic { !out[me] -> if :: target_dead -> recovered = 1 :: else fi;
                      busy[me] = 0; look_lock[PROCESS(me)] = 0; asked() }
          fi
       fi
    od
}

/* Time goes on when every caller that must ask has done so: a caller slower than a tick counts as stopped. */
#define SETTLED(c) ((c) >= CALLERS || out[c] || !has_to_ask[c])
proctype Clock() {
    do
    :: now < START + END ->
       atomic { SETTLED(0) && SETTLED(1) && SETTLED(2) ->
          now++;
          if :: target_dead && !recovered -> since++; assert(since <= BOUND) :: else fi;
          if :: (now + PHASE0) % 2 == 0 -> has_to_ask[0] = 1 :: else fi;
          if :: (now + PHASE1) % 2 == 0 -> has_to_ask[1] = 1 :: else fi;
          if :: CALLERS > 2 && (now + PHASE2) % 2 == 0 -> has_to_ask[2] = 1 :: else fi }
    :: now == START + END -> break
    od
}

proctype Death() { atomic { target_dead = 1; since = 0 } }

/* Callers go, at any step; one always stays. */
#ifdef NO_RESET
inline goes(c) { out[c] = 1; busy[c] = 0 }
#else
inline goes(c) { out[c] = 1; if :: busy[c] -> busy[c] = 0; since = 0 :: else fi }
#endif
proctype Fate() {
    if
    :: true
#ifndef NOBODY_GOES
#if CALLERS == 2
    :: atomic { goes(1) }
#else
    :: atomic { goes(0) }; if :: atomic { goes(1) } :: true fi
    :: atomic { goes(1) }; if :: atomic { goes(0) } :: true fi
#endif
#endif
    fi
}

init {
    atomic {
        now = START;
        if :: word = START :: word = START - 2
#ifdef STRANGE_WORD
           :: word = START + 30  /* left by one whose clock was ahead, or by a hostile one */
           :: word = -100
#endif
        fi;
        run Caller(0); run Caller(1);
#if CALLERS > 2
        run Caller(2);
#endif
        run Clock(); run Death(); run Fate()
    }
}
