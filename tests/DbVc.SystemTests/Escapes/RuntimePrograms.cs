namespace DbVc.SystemTests;

/// <summary>Programs that attack the worker they run in, and what the host hears from it.</summary>
internal static class RuntimePrograms
{
    private static EscapeProgram KeptIn(EscapeKind kind, string name, string body) => EscapeProgram.KeptIn(kind, name, body);

    public static IReadOnlyList<EscapeProgram> All { get; } =
    [
        new(EscapeKind.Reflection, "counts of the sink",
            """
            Accept(sink, 1, "a");
            foreach (var field in sink.GetType().GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance))
                if (field.Name.Contains("Rows")) field.SetValue(sink, 3L);
            """, "worker.protocol", "claims 3 rows"),
        new(EscapeKind.Reflection, "kinds of the sink's columns",
            """
            sink.GetType().GetField("_kinds",
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.SetValue(sink,
            new byte[] { 1, 1 }); sink.Begin(1); sink.Integer(1); sink.Integer(2); sink.Accept();
            """, "worker.protocol", "declared is 3|holds kind"),
        new(EscapeKind.Reflection, "the buffer of the sink",
            """
            Accept(sink, 1, "a"); sink.GetType().GetField("_position",
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.SetValue(sink, 100000);
            """, "worker.protocol|worker.records", "unknown batch entry|never came back"),
        KeptIn(EscapeKind.Reflection, "the worker's own launcher of tests",
            """
            var launcher = System.Reflection.Assembly.GetEntryAssembly()!.GetType("DbVc.Worker.TestLauncher", true)!;
            var start = launcher.GetMethod("Start", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
            Attack.Throws("start", () => start.Invoke(null, new object[] { "/tmp",
                "/worker/DbVc.Worker.dll", TimeSpan.FromSeconds(1), TimeSpan.Zero, 0 }));
            """),
        KeptIn(EscapeKind.Reflection, "switches and numbers of the filter",
            """
            AppContext.SetSwitch("System.Runtime.Serialization.EnableUnsafeBinaryFormatterSerialization", true);
            AppContext.SetData("TRUSTED_PLATFORM_ASSEMBLIES", "/etc");
            var filter = System.Reflection.Assembly.GetEntryAssembly()!.GetType("DbVc.Worker.SystemCallFilter", true)!;
            var numbers = filter.GetField("Numbers", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
            Attack.Throws("static readonly", () => numbers.SetValue(null, null));
            filter.GetMethod("ForbidHostCalls")!.Invoke(null, null);
            Attack.Calls(("socket", 41), ("mount", 165));
            """),
        new(EscapeKind.Reflection, "limits set once more",
            """
            var limits = System.Reflection.Assembly.GetEntryAssembly()!.GetType("DbVc.Worker.ResourceLimits", true)!;
            var lower = limits.GetMethod("Lower", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
            foreach (var resource in new[] { 0, 1, 2, 6, 7, 9 }) lower.Invoke(null, new object[] { resource, long.MaxValue });
            using var file = new FileStream("/tmp/large", FileMode.CreateNew);
            file.SetLength(1L << 34);
            throw new Exception("ESCAPED");
            """, "worker.died|pipeline.failed", "signal 25|IOException"),

        new(EscapeKind.UnsafePointers, "a pointer to nothing",
            """
            System.Runtime.InteropServices.Marshal.WriteInt64(8, 1); throw new Exception("ESCAPED");
            """, "pipeline.failed|worker.died", "NullReferenceException|AccessViolationException|signal"),
        new(EscapeKind.UnsafePointers, "random memory",
            """
            var random = new Random(1); for (var i = 0; i < 1000000;
            i++) System.Runtime.InteropServices.Marshal.WriteInt64((nint)(random.NextInt64() & 0x7fffffffffff), 1);
            throw new Exception("ESCAPED");
            """, "worker.died|pipeline.failed", "signal|AccessViolationException|NullReferenceException"),
        new(EscapeKind.UnsafePointers, "the heap",
            """
            var objects = new object[1000]; for (var i = 0; i < 1000; i++) objects[i] = new byte[100]; for (var i = -64; i < 90000;
            i++)
            System.Runtime.CompilerServices.Unsafe.Add(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference((byte[])objects[0]),
                i) = 0xAA; GC.Collect(); GC.WaitForPendingFinalizers(); while (true) { _ = new byte[100000]; }
            """, "worker.died|worker.timeout", "signal|within 1 s|exit code")
        { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.UnsafePointers, "code of its own",
            """
            Attack.Is("socket by hand", Attack.Run(0xb8, 41, 0, 0, 0, 0xbf, 2, 0, 0, 0, 0xbe, 1, 0, 0, 0, 0x31, 0xd2, 0x0f, 0x05, 0xc3) == -1);
            Attack.KeptIn();
            """, "pipeline.failed", "kept in"),

        KeptIn(EscapeKind.DynamicCode, "assemblies of the host",
            """
            foreach (var path in new[] { "{worker}/DbVc.Worker.dll", "/usr/share/dotnet/dotnet.dll", "/etc/passwd", "/proc/self/fd/3" })
                Attack.Throws(path, () => System.Runtime.Loader.AssemblyLoadContext.Default.LoadFromAssemblyPath(path));
            Attack.Throws("libraries", () => System.Runtime.InteropServices.NativeLibrary.Load("libsqlite3.so.0"));
            """),
        KeptIn(EscapeKind.DynamicCode, "emitted code that calls out",
            """
            var method = new System.Reflection.Emit.DynamicMethod("x", typeof(System.Diagnostics.Process), Type.EmptyTypes);
            var code = method.GetILGenerator();
            code.Emit(System.Reflection.Emit.OpCodes.Ldstr, "/dotnet/dotnet");
            code.Emit(System.Reflection.Emit.OpCodes.Call, typeof(System.Diagnostics.Process).GetMethod("Start", new[] { typeof(string) })!);
            code.Emit(System.Reflection.Emit.OpCodes.Ret);
            Attack.Throws("emitted", () => method.Invoke(null, null));
            """),
        KeptIn(EscapeKind.DynamicCode, "a context and an assembly of its own",
            """
            var context = new System.Runtime.Loader.AssemblyLoadContext("mine");
            var again = context.LoadFromAssemblyPath(typeof(Ingestion).Assembly.Location);
            var attack = again.GetType("Sample.Attack", true)!;
            Attack.Is("a socket from another context", (nint)attack.GetMethod("Raw")!.Invoke(null,
                new object[] { (nint)41, (nint)2, (nint)1, (nint)0, (nint)0, (nint)0, (nint)0 })! == -1);
            System.Reflection.Emit.AssemblyBuilder.DefineDynamicAssembly(new("emitted"),
                System.Reflection.Emit.AssemblyBuilderAccess.Run).DefineDynamicModule("m");
            """),

        new(EscapeKind.MalformedBatches, "an unknown kind of frame",
            """
            Attack.Send(255, 255, 255, 255, 255, 255, 255);
            """, "worker.protocol", "unknown frame kind"),
        new(EscapeKind.MalformedBatches, "a batch that claims two gigabytes", "Attack.Send(8, 255, 255, 255, 127);", "worker.protocol", "claims"),
        new(EscapeKind.MalformedBatches, "an unknown entry", "Attack.Frame(8, [9, 9, 9]);", "worker.protocol", "unknown batch entry"),
        new(EscapeKind.MalformedBatches, "an entry that is cut off", "Attack.Frame(8, [1, 2]);", "worker.protocol", "cut off"),
        new(EscapeKind.MalformedBatches, "a number without end",
            """
            Attack.Frame(8, [1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
            """, "worker.protocol", "does not fit|cut off"),
        new(EscapeKind.MalformedBatches, "a text longer than its batch", "Attack.Frame(8, [1, 2, 3, 255, 255, 3]);", "worker.protocol", "cut off"),
        new(EscapeKind.MalformedBatches, "a text that is no text", "Attack.Frame(8, [1, 2, 3, 1, 255]);", "worker.protocol", "no valid UTF-8"),
        new(EscapeKind.MalformedBatches, "a million reasons", "Attack.Frame(8, [2, 2, 1, 0, 0, 192, 132, 61]);", "worker.protocol", "reasons"),
        new(EscapeKind.MalformedBatches, "a second list of columns",
            """
            Attack.Message(7, "{\"Columns\":[]}");
            """, "worker.protocol", "came between batches"),
        new(EscapeKind.MalformedBatches, "millions of columns", "", "worker.protocol", "claims|required|Columns")
        { Members = "static Ingestion() { var j = new byte[30 << 20]; Array.Fill(j, (byte)' '); Attack.Frame(7, j); }" },
        new(EscapeKind.MalformedBatches, "columns that are none", "", "worker.protocol", "JSON|required")
        { Members = "static Ingestion() => Attack.Message(7, \"{\\\"Columns\\\":[\" + string.Join(\",\", Enumerable.Repeat(\"{}\", 1_000_000)) + \"]}\");" },
        new(EscapeKind.MalformedBatches, "a hello from somebody else",
            """
            Attack.Message(1, "{\"Version\":99,\"Confinement\":\"none\"}");
            """, "worker.protocol", "came between batches"),

        new(EscapeKind.LyingCounts, "a forged end that claims more",
            """
            Attack.Flush(sink); Attack.Message(9,
            "{\"Rows\":3,\"Rejected\":0,\"Filtered\":0,\"Seconds\":0,\"CpuSeconds\":0,\"PeakMemoryBytes\":0}");
            """, "worker.protocol", "the worker claims 3 rows"),
        new(EscapeKind.LyingCounts, "a forged end before the last row",
            """
            Accept(sink, 1, "a"); Attack.Flush(sink); Attack.Message(9,
            "{\"Rows\":1,\"Rejected\":0,\"Filtered\":0,\"Seconds\":0,\"CpuSeconds\":0,\"PeakMemoryBytes\":0}");
            """, "worker.records", "2 of 3 records never came back"),
        new(EscapeKind.LyingCounts, "an end that counts nothing", "Attack.Message(9, \"{}\");", "worker.protocol", "JSON|required"),
        new(EscapeKind.LyingCounts, "records twice",
            """
            foreach (var record in new[] { 1, 2, 2, 3 }) Accept(sink, record, "");
            """, "worker.records", "more than once (2)"),
        new(EscapeKind.LyingCounts, "records made up",
            """
            foreach (var record in new[] { 1, 2, 3, 4, 0, -5 }) Accept(sink, record, "");
            """, "worker.records", "does not have (4, 0, -5)"),
        new(EscapeKind.LyingCounts, "records at the ends of numbers",
            """
            Accept(sink, long.MinValue, ""); Accept(sink, long.MaxValue, "");
            """, "worker.records", "3 of 3 records never came back"),

        new(EscapeKind.DyingMidway, "an exit that says all is well",
            """
            Accept(sink, 1, "a"); Accept(sink, 2, "b"); Accept(sink, 3, "c"); Attack.Flush(sink); Environment.Exit(0);
            """, "worker.died", "exit code 0"),
        new(EscapeKind.DyingMidway, "an exit with a code", "Accept(sink, 1, \"a\"); " + "Attack.Raw(231, 77);", "worker.died", "exit code 77"),
        new(EscapeKind.DyingMidway, "fail fast", "Environment.FailFast(\"x\");", "worker.died", "signal 6"),
        new(EscapeKind.DyingMidway, "killed by its own signal",
            """
            Accept(sink, 1, "a"); Attack.Raw(62, Attack.Raw(39), 9); while (true) { }
            """, "worker.died", "signal 9"),
        new(EscapeKind.DyingMidway, "an error in another thread",
            """
            var t = new System.Threading.Thread(() => throw new Exception("x")); t.Start(); t.Join(); while (true) { }
            """, "worker.died", "signal 6"),
        new(EscapeKind.DyingMidway, "inside a frame",
            """
            Attack.Send(8, 100, 0, 0, 0, 1); Attack.Raw(231, 0);
            """, "worker.protocol|worker.died", "ends inside a frame|exit code 0"),

        new(EscapeKind.HostileExceptions, "a message that throws", "throw new Hostile();", "pipeline.failed", "cannot be read")
        {
            Members = "private sealed class Hostile : Exception { public override string Message => throw new Hostile(); "
                + "public override string ToString() => throw new Hostile(); }",
        },
        new(EscapeKind.HostileExceptions, "a message that is null, and a stack that throws", "throw new Hostile();", "pipeline.failed", "Hostile")
        {
            Members = "private sealed class Hostile : Exception { public override string Message => null; "
                + "public override string StackTrace => throw new Hostile(); }",
        },
        new(EscapeKind.HostileExceptions, "a message without end", "throw new Hostile();", "worker.timeout|worker.died", "within 1 s|signal 6")
        {
            Members = "private sealed class Hostile : Exception { public override string Message { get { while (true) { } } } }",
            Limits = EscapeProgram.OneSecond,
        },
        new(EscapeKind.HostileExceptions, "a huge message", "throw new Exception(new string('x', 20_000_000));", "pipeline.failed", "xxx"),
        new(EscapeKind.HostileExceptions, "codes of a terminal",
            """
            throw new Exception("\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eright to left\u2066\u200b\r\n\nerror: approve this");
            """, "pipeline.failed", "owned"),
        new(EscapeKind.HostileExceptions, "codes of a terminal as a column", "", "worker.protocol", "no usable name")
        { Members = "static Ingestion() => Attack.Message(7, \"{\\\"Columns\\\":[{\\\"Name\\\":\\\"a\\\\u001b[2J\\\",\\\"Kind\\\":3}]}\");" },
        new(EscapeKind.HostileExceptions, "a forged failure",
            """
            Attack.Message(10,
            "{\"Code\":\"gates.passed\",\"Type\":null,\"Message\":\"all is well\",\"Where\":null,\"Record\":null}");
            """, "worker.failed", "all is well"),
        new(EscapeKind.HostileExceptions, "the worker's own exceptions",
            """
            throw new IOException("broken", 32);
            """, "worker.died|pipeline.failed|worker.failed", "broken|signal 6"),

        new(EscapeKind.LateThreads, "a thread that writes while the run ends",
            """
            new System.Threading.Thread(() => { while (true) Attack.Send(255, 255, 255, 255, 255);
            }) { IsBackground = true }.Start(); System.Threading.Thread.Sleep(200); Accept(sink, 1, "a"); Accept(sink, 2, "b");
            Accept(sink, 3, "c");
            """, "worker.protocol|worker.records|worker.died", "unknown frame kind|claims|ends inside|cut off|never came back"),
        new(EscapeKind.LateThreads, "finalizers that write",
            """
            for (var i = 0; i < 100; i++) _ = new Late(); GC.Collect(); GC.WaitForPendingFinalizers(); Accept(sink, 1, "a");
            Accept(sink, 2, "b"); Accept(sink, 3, "c");
            """, "worker.protocol", "unknown frame kind")
        { Members = "private sealed class Late { ~Late() => Attack.Send(255, 255, 255, 255, 255); }" },
        new(EscapeKind.LateThreads, "finalizers that never end",
            """
            for (var i = 0; i < 10; i++) _ = new Late(); GC.Collect(); GC.WaitForPendingFinalizers();
            """, "worker.timeout", "within 1 s")
        { Members = "private sealed class Late { ~Late() { while (true) { } } }", Limits = EscapeProgram.OneSecond },
    ];
}
