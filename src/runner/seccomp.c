// The filter over system calls: closes what namespaces leave open. A list of what is refused;
// everything else is allowed, so that every language's runtime works.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "The runner knows x86-64 and arm64 only."
#endif

// Numbers that are the same on every architecture, for headers that are older than they.
enum {
  NR_io_uring_setup = 425,
  NR_io_uring_enter,
  NR_io_uring_register,
  NR_open_tree,
  NR_move_mount,
  NR_fsopen,
  NR_fsconfig,
  NR_fsmount,
  NR_fspick,
  NR_clone3 = 435,
  NR_pidfd_getfd = 438,
  NR_mount_setattr = 442,
  NR_memfd_secret = 447,
};

static const uint32_t refused[] = {
    // other processes, whoever they are
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, NR_pidfd_getfd,
    // new namespaces and mounts
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, NR_open_tree,
    NR_move_mount, NR_fsopen, NR_fsconfig, NR_fsmount, NR_fspick, NR_mount_setattr,
    // the kernel itself: its keys, programs, modules, counters, handles and clocks
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_bpf, SYS_userfaultfd, SYS_perf_event_open,
    SYS_fanotify_init, SYS_open_by_handle_at, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_syslog,
    SYS_quotactl, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex,
    SYS_sethostname, SYS_setdomainname, SYS_vhangup, NR_memfd_secret,
#ifdef __x86_64__
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS__sysctl,
#endif
};

// Answered as if the kernel were older: runtimes then take another way.
static const uint32_t missing[] = {NR_clone3, NR_io_uring_setup, NR_io_uring_enter,
                                   NR_io_uring_register};

// Memory that the watchdog cannot see.
static const uint32_t uncounted[] = {SYS_memfd_create, SYS_shmget};

// What a rule leads to: one of the blocks at the filter's end.
enum outcome { REFUSED, MISSING, SOCKET, CLONE, IOCTL, ALLOWED, OUTCOMES };

struct rule {
  uint32_t number;
  enum outcome outcome;
};

static struct rule rules[96];
static size_t ruleCount;
static struct sock_filter code[256];
static unsigned short codeLength;

static void add(struct sock_filter instruction) {
  if (codeLength == sizeof code / sizeof *code) die("the filter is too long");
  code[codeLength++] = instruction;
}

static void answer(int error) {
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error));
}

static void load(size_t offset) {
  add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void rule(uint32_t number, enum outcome outcome) {
  if (ruleCount == sizeof rules / sizeof *rules) die("the filter has too many rules");
  rules[ruleCount++] = (struct rule){number, outcome};
}

static void rulesFor(const uint32_t *list, size_t count, enum outcome outcome) {
  for (size_t i = 0; i < count; i++) rule(list[i], outcome);
}

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define ARGUMENT(n) (offsetof(struct seccomp_data, args) + 8 * (n))

static void allow(void) {
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

/** socket: only the families that a sandbox without a network may have. */
static void socketBlock(void) {
  load(ARGUMENT(0));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 3, 0));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0));
  answer(EAFNOSUPPORT);
  allow();
}

/** clone: no new namespaces. */
static void cloneBlock(void) {
  load(ARGUMENT(0));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
                                   CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                       CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
                                   0, 1));
  answer(EPERM);
  allow();
}

/** ioctl: no typing into terminals. */
static void ioctlBlock(void) {
  load(ARGUMENT(1));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1));
  answer(EPERM);
  allow();
}

static void block(enum outcome outcome) {
  switch (outcome) {
    case REFUSED: answer(EPERM); break;
    case MISSING: answer(ENOSYS); break;
    case SOCKET: socketBlock(); break;
    case CLONE: cloneBlock(); break;
    case IOCTL: ioctlBlock(); break;
    default: allow();
  }
}

static int byNumber(const void *a, const void *b) {
  uint32_t one = ((const struct rule *)a)->number, other = ((const struct rule *)b)->number;
  return (one > other) - (one < other);
}

/**
 * A search by halves for the call's number among `count` rules, `2 * count - 1` instructions. Every
 * run installs the filter anew, and the kernel then tries it for every number that there is, so its
 * longest path is what costs. Where a leaf leads to is filled in later.
 */
static void search(const struct rule *sorted, size_t count) {
  if (count == 1) {
    add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, sorted->number, 0, 0));
    return;
  }
  size_t left = count / 2;
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, sorted[left].number,
                                   (uint8_t)(2 * left - 1), 0));
  search(sorted, left);
  search(sorted + left, count - left);
}

static uint8_t distance(unsigned short from, unsigned short to) {
  if (to - from - 1 > UINT8_MAX) die("the filter has too many rules");
  return (uint8_t)(to - from - 1);
}

/** Lets the leaves of the search lead to the blocks. */
static void fillIn(unsigned short from, unsigned short until, const unsigned short *blocks) {
  size_t next = 0;
  for (unsigned short at = from; at < until; at++) {
    if (BPF_OP(code[at].code) != BPF_JEQ) continue;
    code[at].jt = distance(at, blocks[rules[next++].outcome]);
    code[at].jf = distance(at, blocks[ALLOWED]);
  }
}

static void collectRules(void) {
  rulesFor(refused, COUNT(refused), REFUSED);
  rulesFor(missing, COUNT(missing), MISSING);
  if (options.watchdog) rulesFor(uncounted, COUNT(uncounted), MISSING);
  rule(SYS_socket, SOCKET);
  rule(SYS_clone, CLONE);
  rule(SYS_ioctl, IOCTL);
  qsort(rules, ruleCount, sizeof *rules, byNumber);
}

/** Assembles the filter, once. */
void prepareFilter(void) {
  unsigned short blocks[OUTCOMES];
  collectRules();
  load(offsetof(struct seccomp_data, arch));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
  answer(ENOSYS);
  load(offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));  // x32
  answer(ENOSYS);
#endif
  unsigned short from = codeLength;
  search(rules, ruleCount);
  unsigned short until = codeLength;
  for (enum outcome outcome = 0; outcome < OUTCOMES; outcome++) {
    blocks[outcome] = codeLength;
    block(outcome);
  }
  fillIn(from, until, blocks);
}

/** Applies it to the calling process for good. Wants no_new_privs. Returns 0 or an errno. */
int installFilter(void) {
  struct sock_fprog program = {.len = codeLength, .filter = code};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0)
    return 0;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}
