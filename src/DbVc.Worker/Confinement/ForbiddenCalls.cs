namespace DbVc.Worker;

/// <summary>
/// What neither the runtime nor a pipeline needs. Most of it a process without capabilities could not do anyway; it is denied here so that a flaw in the
/// kernel behind it is out of reach.
/// </summary>
internal static class ForbiddenCalls
{
    /// <summary>Calls from this number on came after this list was written, and nothing is known of them.</summary>
    public const int FirstUnknown = 471;

    /// <summary>Their arguments lie in memory, where a filter cannot read them; both have an older form that the runtime falls back to.</summary>
    public static readonly int[] Unreadable = [435, 437]; // clone3, openat2

    public static readonly ForbiddenCall[] All =
    [
        // The network, and queues and memory shared with others.
        new("socket", 41, 198), new("socketpair", 53, 199), new("shmget", 29, 194), new("shmat", 30, 196), new("shmctl", 31, 195), new("semget", 64, 190),
        new("semop", 65, 193), new("semctl", 66, 191), new("semtimedop", 220, 192), new("msgget", 68, 186), new("msgsnd", 69, 189), new("msgrcv", 70, 188),
        new("msgctl", 71, 187), new("mq_open", 240, 180), new("memfd_create", 319, 279), new("memfd_secret", 447),

        // Other processes.
        new("ptrace", 101, 117), new("process_vm_readv", 310, 270), new("process_vm_writev", 311, 271), new("kcmp", 312, 272), new("pidfd_open", 434),
        new("pidfd_getfd", 438), new("pidfd_send_signal", 424), new("process_madvise", 440), new("process_mrelease", 448), new("migrate_pages", 256, 238),
        new("move_pages", 279, 239),

        // Mounts and namespaces.
        new("mount", 165, 40), new("umount2", 166, 39), new("pivot_root", 155, 41), new("chroot", 161, 51), new("unshare", 272, 97), new("setns", 308, 268),
        new("open_tree", 428), new("move_mount", 429), new("fsopen", 430), new("fsconfig", 431), new("fsmount", 432), new("fspick", 433),
        new("mount_setattr", 442), new("statmount", 457), new("listmount", 458), new("open_tree_attr", 467), new("listns", 470),

        // The kernel's own programs, keys, rings, watches and handles.
        new("bpf", 321, 280), new("perf_event_open", 298, 241), new("userfaultfd", 323, 282),
        new("add_key", 248, 217), new("request_key", 249, 218), new("keyctl", 250, 219), new("io_setup", 206, 0), new("io_submit", 209, 2),
        new("io_uring_setup", 425), new("io_uring_enter", 426), new("io_uring_register", 427), new("fanotify_init", 300, 262), new("fanotify_mark", 301, 263),
        new("inotify_init", 253, -1), new("inotify_init1", 294, 26), new("name_to_handle_at", 303, 264), new("open_by_handle_at", 304, 265),
        new("lookup_dcookie", 212, 18), new("lsm_set_self_attr", 460),

        // The machine: its kernel, clock, name, disks, ports and accounts.
        new("kexec_load", 246, 104), new("kexec_file_load", 320, 294), new("init_module", 175, 105), new("finit_module", 313, 273),
        new("delete_module", 176, 106),
        new("reboot", 169, 142), new("swapon", 167, 224), new("swapoff", 168, 225), new("acct", 163, 89), new("quotactl", 179, 60), new("quotactl_fd", 443),
        new("syslog", 103, 116), new("settimeofday", 164, 170), new("clock_settime", 227, 112), new("adjtimex", 159, 171), new("clock_adjtime", 305, 266),
        new("sethostname", 170, 161), new("setdomainname", 171, 162), new("iopl", 172, -1), new("ioperm", 173, -1), new("modify_ldt", 154, -1),
        new("vhangup", 153, 58), new("uselib", 134, -1), new("ustat", 136, -1), new("sysfs", 139, -1), new("personality", 135, 92), new("sync", 162, 81),
        new("syncfs", 306, 267),

        // Who this process is.
        new("setuid", 105, 146), new("setgid", 106, 144), new("setreuid", 113, 145), new("setregid", 114, 143), new("setresuid", 117, 147),
        new("setresgid", 119, 149), new("setfsuid", 122, 151), new("setfsgid", 123, 152), new("setgroups", 116, 159), new("capset", 126, 91),

        // What an open file, the source above all, says about itself; and names that stand for other files.
        new("chmod", 90, -1), new("fchmod", 91, 52), new("fchmodat", 268, 53), new("fchmodat2", 452), new("chown", 92, -1), new("fchown", 93, 55),
        new("lchown", 94, -1), new("fchownat", 260, 54), new("utime", 132, -1), new("utimes", 235, -1), new("futimesat", 261, -1), new("utimensat", 280, 88),
        new("setxattr", 188, 5), new("lsetxattr", 189, 6), new("fsetxattr", 190, 7), new("setxattrat", 463), new("removexattr", 197, 14),
        new("lremovexattr", 198, 15), new("fremovexattr", 199, 16), new("removexattrat", 466), new("file_setattr", 469), new("truncate", 76, 45),
        new("flock", 73, 32), new("link", 86, -1), new("linkat", 265, 37), new("symlink", 88, -1), new("symlinkat", 266, 36), new("mknod", 133, -1),
        new("mknodat", 259, 33), new("creat", 85, -1),
    ];
}
