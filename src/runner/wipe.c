// User id mode: what a run leaves in the writable mounts and in System V IPC goes.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

/** ACLs and attributes that the program has put on the mount itself while it owned it. */
static void removeAttributes(int fd) {
  char names[4096];
  ssize_t length = flistxattr(fd, names, sizeof names);
  for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1)
    fremovexattr(fd, names + at);
}

/** Unlinks what can be unlinked; returns whether a directory to go into was found, in `name`. */
static bool unlinkLevel(int dir, char *name, size_t size) {
  DIR *stream = fdopendir(dup(dir));
  if (!stream) die("cannot read a directory that is to be wiped");
  rewinddir(stream);
  bool deeper = false;
  for (struct dirent *entry; !deeper && (entry = readdir(stream));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (unlinkat(dir, entry->d_name, 0) == 0) continue;
    if (unlinkat(dir, entry->d_name, AT_REMOVEDIR) == 0) continue;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EISDIR)
      die("cannot wipe what a run has left");
    snprintf(name, size, "%s", entry->d_name);
    deeper = true;
  }
  closedir(stream);
  return deeper;
}

/** Empties a mount without recursion, however deep the tree, and gives it back to root. */
void emptyDirectory(const char *path) {
  int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return;
  int dir = dup(root);
  char name[NAME_MAX + 1];
  for (unsigned depth = 0;;) {
    if (unlinkLevel(dir, name, sizeof name)) {
      int next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (next < 0) die("cannot enter a directory that is to be wiped");
      close(dir);
      dir = next;
      depth++;
    } else if (depth == 0) {
      break;
    } else {
      int up = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (up < 0) die("cannot leave a directory that is to be wiped");
      close(dir);
      dir = up;
      depth--;
    }
  }
  close(dir);
  removeAttributes(root);
  // A directory that anybody may write is sticky, as /tmp is; the working directory is given
  // to the next run when it begins.
  if (fchown(root, 0, 0) != 0 || fchmod(root, 01777) != 0) die("cannot take back a mount");
  close(root);
}

// The owner may have given an object away; who made it keeps every right to it.
static bool isOf(const struct ipc_perm *object, uid_t uid) {
  return object->uid == uid || object->cuid == uid;
}

static void removeOwned(uid_t uid) {
  struct shmid_ds shm;
  struct shm_info shmInfo;
  int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&shmInfo);
  for (int i = 0; i <= last; i++) {
    int id = shmctl(i, SHM_STAT, &shm);
    if (id >= 0 && isOf(&shm.shm_perm, uid)) shmctl(id, IPC_RMID, NULL);
  }
  union {
    struct semid_ds *buffer;
    struct seminfo *info;
  } sem;
  struct seminfo semInfo;
  struct semid_ds semDs;
  sem.info = &semInfo;
  last = semctl(0, 0, SEM_INFO, sem);
  for (int i = 0; i <= last; i++) {
    sem.buffer = &semDs;
    int id = semctl(i, 0, SEM_STAT, sem);
    if (id >= 0 && isOf(&semDs.sem_perm, uid)) semctl(id, 0, IPC_RMID);
  }
  struct msqid_ds msg;
  struct msginfo msgInfo;
  last = msgctl(0, MSG_INFO, (struct msqid_ds *)&msgInfo);
  for (int i = 0; i <= last; i++) {
    int id = msgctl(i, MSG_STAT, &msg);
    if (id >= 0 && isOf(&msg.msg_perm, uid)) msgctl(id, IPC_RMID, NULL);
  }
}

/** System V objects can be removed only by whose they are, so a child becomes that user. */
void removeIpc(uid_t uid) {
  struct shm_info shm;
  struct seminfo sem;
  struct msginfo msg;
  union {
    struct seminfo *info;
  } argument = {.info = &sem};
  shmctl(0, SHM_INFO, (struct shmid_ds *)&shm);
  semctl(0, 0, SEM_INFO, argument);
  msgctl(0, MSG_INFO, (struct msqid_ds *)&msg);
  if (shm.used_ids + sem.semusz + msg.msgpool == 0) return;
  pid_t pid = fork();
  if (pid == 0) {
    if (setresuid(options.killer, uid, options.killer) != 0) _exit(1);
    removeOwned(uid);
    _exit(0);
  }
  if (pid < 0) die("cannot remove what a run has left in IPC");
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}
