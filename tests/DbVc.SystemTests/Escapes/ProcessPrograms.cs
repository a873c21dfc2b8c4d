namespace DbVc.SystemTests;

/// <summary>Programs after the network, other processes and the kernel.</summary>
internal static class ProcessPrograms
{
    private static EscapeProgram KeptIn(EscapeKind kind, string name, string body) => EscapeProgram.KeptIn(kind, name, body);

    public static IReadOnlyList<EscapeProgram> All { get; } =
    [
        KeptIn(EscapeKind.Network, "TCP to a port that the host listens on",
            """
            Attack.Throws("connect", () => new System.Net.Sockets.TcpClient().Connect("127.0.0.1", {port}));
            Attack.Throws("connect 6", () => new System.Net.Sockets.TcpClient().Connect("::1", {port}));
            Attack.Throws("listen", () => new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0).Start());
            """),
        KeptIn(EscapeKind.Network, "UDP and names",
            """
            Attack.Throws("udp", () => new System.Net.Sockets.UdpClient().Send(new byte[1], 1, "127.0.0.1", 53));
            Attack.Throws("dns", () => System.Net.Dns.GetHostAddresses("example.com"));
            Attack.Throws("ping", () => new System.Net.NetworkInformation.Ping().Send("127.0.0.1"));
            """),
        KeptIn(EscapeKind.Network, "HTTP",
            """Attack.Throws("http", () => new System.Net.Http.HttpClient().GetStringAsync("http://127.0.0.1:{port}/").GetAwaiter().GetResult());"""),
        KeptIn(EscapeKind.Network, "Unix sockets, named and abstract",
            """
            foreach (var path in new[] { "\0db-vc-{pid}", "/run/docker.sock", "/var/run/mysqld/mysqld.sock", "/tmp/.s.PGSQL.5432" })
                Attack.Throws("unix", () => new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0)
                    .Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(path)));
            Attack.Call("socketpair", 53, 1, 1, 0, Attack.Name("12345678"));
            """),
        KeptIn(EscapeKind.Network, "every family of sockets: raw, netlink, packet, vsock",
            """
            for (var family = 0; family < 48; family++)
                foreach (var type in new[] { 1, 2, 3, 5 })
                    Attack.Call($"{family}.{type}", 41, family, type, 0);
            """),

        KeptIn(EscapeKind.StartProcesses, "programs",
            """
            foreach (var program in new[] { "/dotnet/dotnet", "/bin/sh", "/usr/bin/env", "/lib64/ld-linux-x86-64.so.2", "/proc/self/exe" })
                Attack.Throws(program, () => System.Diagnostics.Process.Start(program));
            """),
        KeptIn(EscapeKind.StartProcesses, "execve, fork, vfork, clone",
            """
            Attack.Calls(("fork", 57), ("vfork", 58), ("execve", 59), ("execveat", 322), ("clone3", 435));
            Attack.Call("clone", 56, 17); Attack.Call("clone with memory", 56, 0x100 | 17);
            """),
        new(EscapeKind.ForkBomb, "forks without end",
            """
            for (var i = 0; i < 100000; i++) { Attack.Call("fork", 57); Attack.Call("clone", 56, 17);
            if (i == 2000) Attack.KeptIn(); }
            """, "pipeline.failed", "kept in"),
        new(EscapeKind.ThreadBomb, "threads without end",
            """
            while (true) new System.Threading.Thread(() => System.Threading.Thread.Sleep(100000)).Start();
            """, "pipeline.failed|worker.died", "OutOfMemoryException|Thread failed to start|signal 6"),
        new(EscapeKind.ThreadBomb, "tasks without end",
            """
            for (var i = 0; ; i++) System.Threading.Tasks.Task.Factory.StartNew(()
            => System.Threading.Thread.Sleep(100000), System.Threading.Tasks.TaskCreationOptions.LongRunning);
            """, "pipeline.failed|worker.died|worker.timeout", "OutOfMemoryException|Exception|signal 6|within") { Limits = EscapeProgram.OneSecond },

        KeptIn(EscapeKind.OtherProcesses, "ptrace and its relatives",
            """
            Attack.Calls(("ptrace", 101), ("process_vm_readv", 310), ("process_vm_writev", 311), ("kcmp", 312), ("pidfd_open", 434), ("pidfd_getfd", 438));
            Attack.Calls(("process_madvise", 440), ("process_mrelease", 448), ("migrate_pages", 256), ("move_pages", 279));
            Attack.Call("attach to the first", 101, 16, 1); Attack.Call("trace me", 101, 0);
            """),
        KeptIn(EscapeKind.OtherProcesses, "processes of the host by number",
            """
            Attack.Throws("memory", () => File.OpenRead("/proc/{pid}/mem"));
            Attack.Throws("descriptors", () => Directory.GetFiles("/proc/{pid}/fd"));
            Attack.Throws("process", () => System.Diagnostics.Process.GetProcessById({pid}));
            """),
        KeptIn(EscapeKind.Signals, "signals to the host",
            """
            Attack.Fails("host", Attack.Raw(62, {pid}, 9));
            Attack.Fails("host's thread", Attack.Raw(234, {pid}, {pid}, 9));
            Attack.Fails("host's group", Attack.Raw(62, -{pid}, 9));
            Attack.Fails("queued", Attack.Raw(129, {pid}, 9, Attack.Name(new string('x', 128))));
            Attack.Call("by descriptor", 424, 3, 9);
            """),
        new(EscapeKind.Signals, "signals to the parent, the first process and all",
            """
            Attack.Raw(62, 1, 9); Attack.Raw(62, Attack.Raw(110), 9); Attack.Raw(62, 0, 9); Attack.Raw(62, -1, 9);
            Attack.Raw(62, 2, 9); while (true) { }
            """, "worker.died", "signal 9"),

        KeptIn(EscapeKind.NativeCalls, "mounts and roots",
            """
            Attack.Calls(("mount", 165), ("umount2", 166), ("pivot_root", 155), ("chroot",
                161), ("open_tree", 428), ("move_mount", 429), ("fsopen", 430), ("fsconfig", 431));
            Attack.Calls(("fsmount", 432), ("fspick", 433), ("mount_setattr", 442),
                ("open_tree_attr", 467), ("statmount", 457), ("listmount", 458), ("sysfs", 139), ("ustat", 136));
            """),
        KeptIn(EscapeKind.NativeCalls, "namespaces",
            """
            foreach (nint flag in new nint[] { 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80 })
                Attack.Call($"unshare {flag:x}", 272, flag);
            foreach (nint flag in new nint[] { 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000 })
                Attack.Call($"clone {flag:x}", 56, flag | 0x10f00);
            Attack.Calls(("setns", 308), ("clone3", 435), ("listns", 470));
            """),
        KeptIn(EscapeKind.NativeCalls, "the kernel's programs and modules",
            """
            Attack.Calls(("bpf", 321), ("perf_event_open", 298), ("userfaultfd", 323),
                ("init_module", 175), ("finit_module", 313), ("delete_module", 176));
            Attack.Calls(("kexec_load", 246), ("kexec_file_load", 320), ("lookup_dcookie", 212), ("lsm_set_self_attr", 460));
            """),
        KeptIn(EscapeKind.NativeCalls, "rings and asynchronous input",
            """Attack.Calls(("io_uring_setup", 425), ("io_uring_enter", 426), ("io_uring_register", 427), ("io_setup", 206), ("io_submit", 209));"""),
        KeptIn(EscapeKind.NativeCalls, "keys, quotas, accounting, watches",
            """
            Attack.Calls(("add_key", 248), ("request_key", 249), ("keyctl", 250),
                ("quotactl", 179), ("quotactl_fd", 443), ("acct", 163), ("fanotify_init", 300));
            Attack.Calls(("fanotify_mark", 301), ("swapon", 167), ("swapoff", 168), ("syslog", 103), ("sync", 162), ("syncfs", 306));
            """),
        KeptIn(EscapeKind.NativeCalls, "the machine: power, clock, name, ports",
            """
            Attack.Calls(("reboot", 169), ("settimeofday", 164), ("clock_settime", 227), ("adjtimex", 159), ("clock_adjtime", 305), ("sethostname", 170));
            Attack.Calls(("setdomainname", 171), ("iopl", 172), ("ioperm", 173), ("modify_ldt",
                154), ("vhangup", 153), ("uselib", 134), ("personality", 135));
            """),
        KeptIn(EscapeKind.NativeCalls, "another user and capabilities",
            """
            Attack.Calls(("setuid", 105), ("setgid", 106), ("setreuid", 113), ("setregid",
                114), ("setresuid", 117), ("setresgid", 119), ("setfsuid", 122), ("setfsgid", 123));
            Attack.Calls(("setgroups", 116), ("capset", 126));
            Attack.Is("no capability",
                File.ReadAllLines("/proc/self/status").Where(line => line.StartsWith("Cap")).All(line => line.EndsWith("0000000000000000")));
            Attack.Is("no new privileges", File.ReadAllLines("/proc/self/status").Contains("NoNewPrivs:\t1"));
            """),
        KeptIn(EscapeKind.NativeCalls, "the filter itself",
            """
            Attack.Fails("off", Attack.Raw(157, 22, 0)); Attack.Fails("strict", Attack.Raw(317, 0, 0, 0));
                Attack.Fails("new privileges", Attack.Raw(157, 38, 0, 0, 0, 0));
            var allow = Marshal.AllocHGlobal(8); Marshal.WriteInt64(allow, 0x7fff0000_0000_0006);
            var header = Marshal.AllocHGlobal(16); Marshal.WriteInt64(header, 1); Marshal.WriteIntPtr(header, 8, allow);
            Attack.Is("a filter that allows everything", Attack.Raw(317, 1, 1, header) == 0);
            Attack.Calls(("mount", 165), ("socket", 41), ("fork", 57));
            """.Replace("Marshal", "System.Runtime.InteropServices.Marshal", StringComparison.Ordinal)),
        KeptIn(EscapeKind.NativeCalls, "prctl: dumps, tracers, memory layout, capabilities",
            """
            Attack.Raw(157, 4, 1); Attack.Raw(157, 0x59616d61, -1);
            Attack.Fails("memory layout", Attack.Raw(157, 35, 1, 4096)); Attack.Fails("bounding set", Attack.Raw(157, 24, 21));
                Attack.Fails("ambient", Attack.Raw(157, 47, 2, 21));
            Attack.Fails("securebits", Attack.Raw(157, 28, 0)); Attack.Is("nothing in /proc/1", Directory.GetFileSystemEntries("/proc/1").Length == 0);
            """),
        KeptIn(EscapeKind.NativeCalls, "ioctl: terminals and file systems",
            """
            foreach (var descriptor in new[] { 0, 1, 2, 3 })
                foreach (nint request in new nint[] { 0x5412, 0x541C, 0x540E, 0x5423, 0x40086602, 0x40049409, unchecked((nint)0xC0045877), 0x5437 })
                    Attack.Call($"{request:x}", 16, descriptor, request, Attack.Name("12345678"));
            Attack.Call("more bits than the kernel reads", 16, 0, unchecked((nint)0x1_0000_5412L), Attack.Name("x"));
            """),
        KeptIn(EscapeKind.NativeCalls, "numbers of another kind, and of the future",
            """
            foreach (nint number in new nint[] { 41, 57, 59, 101, 165, 2 }) Attack.Call($"x32 {number}", 0x40000000 | number);
            for (nint number = 471; number < 600; number++) Attack.Call($"{number}", number);
            """),
        new(EscapeKind.NativeCalls, "the calls of 32 bits",
            """
            Attack.Run(0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3);
            throw new Exception("ESCAPED");
            """, "worker.died", "signal 31|signal 11"),
        KeptIn(EscapeKind.NativeCalls, "more than the limits",
            """
            for (var resource = 0; resource < 16; resource++)
            {
                var limit = System.Runtime.InteropServices.Marshal.AllocHGlobal(16);
                Attack.Raw(97, resource, limit);
                if (System.Runtime.InteropServices.Marshal.ReadInt64(limit, 8) == -1) { Attack.Is($"unlimited {resource}", resource is 10 or 15 or 5);
                    continue; }
                System.Runtime.InteropServices.Marshal.WriteInt64(limit, 8, System.Runtime.InteropServices.Marshal.ReadInt64(limit, 8) + 1);
                Attack.Fails($"raise {resource}", Attack.Raw(160, resource, limit));
            }
            Attack.Fails("priority", Attack.Raw(141, 0, 0, -5)); Attack.Fails("real time", Attack.Raw(144, 0, 1, Attack.Name("\u0001")));
            """),
    ];
}
