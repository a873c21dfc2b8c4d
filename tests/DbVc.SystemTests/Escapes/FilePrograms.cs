namespace DbVc.SystemTests;

/// <summary>Programs after files: to read, to write, to fill, to link, and what is open already.</summary>
internal static class FilePrograms
{
    private static EscapeProgram KeptIn(EscapeKind kind, string name, string body) => EscapeProgram.KeptIn(kind, name, body);

    public static IReadOnlyList<EscapeProgram> All { get; } =
    [
        KeptIn(EscapeKind.ReadOutside, "homes", """Attack.Unreadable("/root", "/home", "{home}", "{home}/.ssh", "{home}/.bashrc");"""),
        KeptIn(EscapeKind.ReadOutside, "accounts",
            """
            Attack.Unreadable("/etc", "/etc/shadow", "/etc/passwd", "/etc/hosts", "/etc/resolv.conf", "/etc/ssl");
            """),
        KeptIn(EscapeKind.ReadOutside, "the repository and its database",
            """Attack.Unreadable("{repository}", "{repository}/.db-version-control", "{live}", "{source}", "{worker}");"""),
        KeptIn(EscapeKind.ReadOutside, "the system",
            """
            Attack.Unreadable("/var", "/sys", "/sys/fs/cgroup", "/run", "/usr/bin", "/bin", "/boot", "/mnt", "/srv", "/opt");
            """),
        KeptIn(EscapeKind.ReadOutside, "above the root",
            """
            Attack.Unreadable("/../../../../etc/passwd", "/proc/self/root/etc/passwd",
            "/proc/self/cwd/../etc/passwd", "/proc/self/task/../root/etc/shadow");
            """),
        new(EscapeKind.ReadOutside, "the first process",
            """
            foreach (var name in new[] { "environ", "cmdline", "maps", "mem", "fd", "root", "cwd", "exe", "task" })
                Attack.Throws(name, () => { if (Directory.Exists("/proc/1/" + name)) Directory.GetFileSystemEntries("/proc/1/" + name);
                    else File.ReadAllBytes("/proc/1/" + name); });
            Attack.Is("nothing in /proc/1", Directory.GetFileSystemEntries("/proc/1").Length == 0);
            Attack.KeptIn();
            """, "pipeline.failed", "kept in"),
        KeptIn(EscapeKind.ReadOutside, "environments of all processes",
            """
            foreach (var folder in Directory.GetDirectories("/proc").Where(f => char.IsDigit(Path.GetFileName(f)[0])))
            {
                var path = folder + "/environ";
                if (File.Exists(path)) Attack.Is(path, !Encoding.UTF8.GetString(File.ReadAllBytes(path)).Contains("{secret}"));
            }
            Attack.Is("two processes", Directory.GetDirectories("/proc").Count(f => char.IsDigit(Path.GetFileName(f)[0])) == 2);
            Attack.Throws("host", () => File.ReadAllBytes("/proc/{pid}/environ"));
            """),
        KeptIn(EscapeKind.ReadOutside, "the kernel's memory and log",
            """Attack.Unreadable("/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm");"""),
        KeptIn(EscapeKind.ReadOutside, "maps name nothing of the host",
            """
            Attack.Is("maps", !File.ReadAllText("/proc/self/maps").Contains("{repository}"));
            Attack.Is("command lines", !File.ReadAllText("/proc/self/cmdline").Contains("{repository}"));
            Attack.Is("root", Directory.GetDirectories("/").All(f => f is "/proc" or "/dev" or "/tmp" or "/worker" or "/dotnet" or "/lib" or "/lib64"));
            """),

        KeptIn(EscapeKind.WriteOutside, "folders of the host",
            """Attack.Unwritable("/", "/root/", "/home/", "{home}/", "/etc/", "/var/tmp/", "/usr/local/", "{repository}/", "/run/", "/sys/");"""),
        KeptIn(EscapeKind.WriteOutside, "the worker and its libraries",
            """
            Attack.Unwritable("/worker/", "/dotnet/", "/lib/", "/lib64/", "/dev/", "/proc/");
            foreach (var path in new[] { "/worker/DbVc.Worker.dll", "/dotnet/dotnet", "/lib/libc.so.6" })
            {
                Attack.Throws(path, () => File.OpenWrite(path));
                Attack.Throws("delete " + path, () => File.Delete(path));
                Attack.Throws("move " + path, () => File.Move(path, path + "2"));
                Attack.Throws("mode " + path, () => File.SetUnixFileMode(path, (UnixFileMode)511));
            }
            """),
        KeptIn(EscapeKind.WriteOutside, "settings of the kernel",
            """
            foreach (var path in new[] { "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches", "/proc/self/oom_score_adj",
                "/proc/self/uid_map", "/proc/self/setgroups", "/proc/self/comm", "/proc/self/coredump_filter",
                    "/proc/self/clear_refs", "/proc/self/timerslack_ns" })
                Attack.Throws(path, () => File.WriteAllText(path, "1"));
            """),
        KeptIn(EscapeKind.WriteOutside, "the memory of processes as a file",
            """
            foreach (var path in new[] { "/proc/self/mem", "/proc/1/mem", "/proc/2/mem", "/proc/thread-self/mem", "/proc/self/task/2/mem" })
                Attack.Throws(path, () => new FileStream(path, FileMode.Open, FileAccess.Write).Dispose());
            """),

        new(EscapeKind.FullDisk, "one file without end",
            """
            using var f = new FileStream("/tmp/f", FileMode.CreateNew); var b = new byte[1 << 20]; while (true) { f.Write(b);
            f.Flush(); }
            """, "pipeline.failed|worker.died", "IOException|signal 25"),
        new(EscapeKind.FullDisk, "many files",
            """
            var b = new byte[1 << 20]; for (var i = 0; ; i++) { using var f = new FileStream($"/tmp/{i}", FileMode.CreateNew);
            f.Write(b); }
            """, "pipeline.failed", "IOException"),
        new(EscapeKind.FullDisk, "empty files and folders",
            """
            for (var i = 0; ; i++) { Directory.CreateDirectory($"/tmp/d{i}");
            new FileStream($"/tmp/f{i}", FileMode.CreateNew).Dispose(); }
            """, "pipeline.failed|worker.timeout", "IOException|within 1 s") { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.FullDisk, "a file larger than the disk",
            """
            using var file = new FileStream("/tmp/large", FileMode.CreateNew); file.SetLength(1L << 40);
            throw new Exception("ESCAPED");
            """, "worker.died|pipeline.failed", "signal 25|IOException"),

        KeptIn(EscapeKind.Links, "symbolic and hard links",
            """
            Attack.Throws("symlink", () => File.CreateSymbolicLink("/tmp/s", "/etc/shadow"));
            Attack.Call("symlink", 88, Attack.Name("/etc/shadow"), Attack.Name("/tmp/s"));
            Attack.Call("symlinkat", 266, Attack.Name("/proc/self/fd/3"), -100, Attack.Name("/tmp/s"));
            Attack.Call("link", 86, Attack.Name("/worker/DbVc.Worker.dll"), Attack.Name("/tmp/h"));
            Attack.Call("linkat", 265, -100, Attack.Name("/proc/self/fd/3"), -100, Attack.Name("/tmp/h"), 0x400);
            Attack.Call("linkat of a descriptor", 265, 3, Attack.Name(""), -100, Attack.Name("/tmp/h"), 0x1000);
            """),
        KeptIn(EscapeKind.Links, "devices, pipes and handles of files",
            """
            Attack.Call("mknod", 133, Attack.Name("/tmp/sda"), 0x61b0, 0x800);
            Attack.Call("mkfifo", 133, Attack.Name("/tmp/fifo"), 0x11ff);
            Attack.Call("mknodat", 259, -100, Attack.Name("/tmp/mem"), 0x21b0, 0x101);
            Attack.Calls(("name_to_handle_at", 303), ("open_by_handle_at", 304));
            """),

        KeptIn(EscapeKind.SharedMemory, "/dev/shm and mqueue",
            """
            Attack.Unwritable("/dev/shm/", "/dev/mqueue/", "/dev/pts/");
            Attack.Throws("named mutex", () => new System.Threading.Mutex(false, "Global\\db-vc-escaped").WaitOne());
            Attack.Throws("terminal", () => new FileStream("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite).Dispose());
            """),
        KeptIn(EscapeKind.SharedMemory, "memory that no limit counts",
            """
            Attack.Calls(("memfd_create", 319), ("memfd_secret", 447), ("shmget",
                29), ("shmat", 30), ("shmctl", 31), ("semget", 64), ("semop", 65), ("semctl", 66));
            Attack.Calls(("msgget", 68), ("msgsnd", 69), ("msgrcv", 70), ("msgctl", 71), ("mq_open", 240));
            Attack.Fails("shared anonymous", Attack.mmap(0, 1 << 20, 3, 0x21, -1, 0));
            """),

        KeptIn(EscapeKind.Descriptors, "only the source and pipes are open",
            """
            var open = Directory.GetFiles("/proc/self/fd").Select(path => (Number: int.Parse(Path.GetFileName(path)),
                Target: new FileInfo(path).LinkTarget)).Where(fd => fd.Target != null).ToList();
            foreach (var (number, target) in open.Where(fd => fd.Number is < 3 or > 3))
                Attack.Is($"{number} is {target}", target.StartsWith("pipe:")
                    || target.StartsWith("/worker/") || target.StartsWith("/dotnet/") || target.StartsWith("/lib/")
                    || target.StartsWith("/tmp/db-vc-run-")
                        || target.StartsWith("/proc/") || target.StartsWith("/dev/null") || target.StartsWith("/dev/urandom"));
            Attack.Is("3 is the source", open.Single(fd => fd.Number == 3).Target.EndsWith(Path.GetFileName("{source}")));
            """),
        KeptIn(EscapeKind.Descriptors, "the source is written and cut",
            """
            using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(3, false);
            Attack.Throws("write", () => RandomAccess.Write(handle, new byte[] { 1 }, 0));
            Attack.Throws("length", () => RandomAccess.SetLength(handle, 0));
            Attack.Fails("pwrite", Attack.Raw(18, 3, Attack.Name("x"), 1, 0));
            Attack.Fails("fallocate", Attack.Raw(285, 3, 3, 0, 4096));
            Attack.Fails("shared mapping", Attack.mmap(0, 4096, 3, 1, 3, 0));
            """),
        KeptIn(EscapeKind.Descriptors, "the source is opened once more for writing",
            """
            foreach (var path in new[] { "/proc/self/fd/3", "/proc/2/fd/3", "/proc/thread-self/fd/3", "/dev/fd/3", "{source}" })
            {
                Attack.Throws("write " + path, () => new FileStream(path, FileMode.Open, FileAccess.Write).Dispose());
                Attack.Throws("both " + path, () => new FileStream(path, FileMode.Open, FileAccess.ReadWrite).Dispose());
                Attack.Throws("append " + path, () => new FileStream(path, FileMode.Append, FileAccess.Write).Dispose());
                Attack.Throws("cut " + path, () => new FileStream(path, FileMode.Truncate, FileAccess.Write).Dispose());
                Attack.Fails("read and cut " + path, Attack.Raw(2, Attack.Name(path), 0x200));
                Attack.Fails("openat " + path, Attack.Raw(257, -100, Attack.Name(path), 2));
                Attack.Fails("create " + path, Attack.Raw(257, -100, Attack.Name(path), 0xC1));
                Attack.Call("creat " + path, 85, Attack.Name(path), 511);
                Attack.Call("truncate " + path, 76, Attack.Name(path), 0);
                Attack.Call("openat2 " + path, 437, -100, Attack.Name(path));
            }
            """),
        KeptIn(EscapeKind.Descriptors, "what the source says about itself",
            """
            Attack.Calls(("chmod", 90), ("chown", 92), ("lchown", 94), ("utime", 132), ("utimes", 235), ("setxattr", 188), ("removexattr", 197));
            Attack.Call("fchmod", 91, 3, 511); Attack.Call("fchmodat", 268, -100, Attack.Name("/proc/self/fd/3"), 511);
                Attack.Call("fchmodat2", 452, 3, Attack.Name(""), 511, 0x1000);
            Attack.Call("fchown", 93, 3, 0, 0); Attack.Call("fchownat", 260, 3, Attack.Name(""), 0, 0, 0x1000);
            Attack.Call("futimens", 280, 3, 0, 0, 0); Attack.Call("fsetxattr", 190, 3, Attack.Name("user.x"), Attack.Name("x"), 1, 0);
                Attack.Call("fremovexattr", 199, 3, Attack.Name("user.x"));
            Attack.Call("attributes", 16, 3, 0x40086602, Attack.Name("12345678"));
            """),
        KeptIn(EscapeKind.Descriptors, "locks, leases and watches on the source",
            """
            Attack.Call("flock", 73, 3, 2); Attack.Call("lock", 72, 3, 6, Attack.Name(new string('x', 64)));
                Attack.Call("lock of the open file", 72, 3, 37, Attack.Name(new string('x', 64)));
            Attack.Call("lease", 72, 3, 1024, 0); Attack.Call("notify", 72, 3, 1026, 1); Attack.Call("owner", 72, 3, 8, 1);
                Attack.Calls(("inotify_init", 253), ("inotify_init1", 294), ("fanotify_init", 300));
            """),
        new(EscapeKind.Descriptors, "settings of the open source are the worker's own",
            "Attack.Raw(72, 3, 4, 0x4800); Attack.Raw(8, 3, unchecked((nint)(1L << 40)), 0); Attack.KeptIn();", "pipeline.failed", "kept in"),

        KeptIn(EscapeKind.EnvironmentVariables, "secrets of the host",
            """
            var names = Environment.GetEnvironmentVariables().Keys.Cast<string>()
                .Where(name => !name.StartsWith("DOTNET_") && name is not ("PWD" or "MALLOC_ARENA_MAX")).ToList();
            Attack.Is("names " + string.Join(",", names), names.Count == 0);
            Attack.Is("values", !Environment.GetEnvironmentVariables().Values.Cast<string>().Any(value => value.Contains("{secret}")));
            Attack.Is("machine", Environment.MachineName == "sandbox");
            Attack.Throws("user", () => File.ReadAllText($"/home/{Environment.UserName}"));
            """),
    ];
}
