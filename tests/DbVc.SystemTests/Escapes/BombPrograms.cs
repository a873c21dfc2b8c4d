namespace DbVc.SystemTests;

/// <summary>Programs that use up what there is: memory, time, room on the pipe.</summary>
internal static class BombPrograms
{
    public static IReadOnlyList<EscapeProgram> All { get; } =
    [
        new(EscapeKind.MemoryBomb, "managed memory",
            """
            var keep = new List<byte[]>(); while (true) { keep.Add(new byte[1 << 20]); }
            """, "pipeline.failed|worker.died", "OutOfMemoryException|signal 6"),
        new(EscapeKind.MemoryBomb, "strings that double",
            """
            var text = "x"; while (true) text += text;
            """, "pipeline.failed|worker.died", "OutOfMemoryException|signal 6"),
        new(EscapeKind.MemoryBomb, "native memory",
            """
            while (true) { var p = System.Runtime.InteropServices.Marshal.AllocHGlobal(1 << 20); for (var i = 0; i < 1 << 20;
            i += 4096) System.Runtime.InteropServices.Marshal.WriteByte(p + i, 1); }
            """, "pipeline.failed|worker.died", "OutOfMemoryException|signal 6"),
        new(EscapeKind.MemoryBomb, "private mappings",
            """
            long taken = 0; while (true) { if (Attack.mmap(0, 4 << 20, 3,
            0x8022, -1, 0) < 0) throw new OutOfMemoryException($"{taken >> 20} MiB"); taken += 4 << 20;
            if (taken > 1L << 30) throw new Exception("ESCAPED"); }
            """, "pipeline.failed|worker.died", "OutOfMemoryException|signal 6"),
        new(EscapeKind.MemoryBomb, "many small mappings",
            """
            for (var i = 0L; i < 200000; i++) if (Attack.mmap(0, 4096, i % 2 == 0 ? 3 : 1,
            0x22, -1, 0) < 0) throw new OutOfMemoryException(); throw new Exception("ESCAPED");
            """, "pipeline.failed|worker.died", "OutOfMemoryException|signal 6|signal 11"),
        new(EscapeKind.MemoryBomb, "tables of pages",
            """
            // Nothing but zeros that all processes share, and a table of 4 KiB for each 2 MiB that was looked at.
            long reserved = 0;
            while (true)
            {
                var block = Attack.mmap(0, 1 << 30, 1, 0x4022, -1, 0);
                if (block < 0) throw new OutOfMemoryException($"{reserved >> 30} GiB of addresses");
                reserved += 1 << 30;
                if (reserved > 16L << 30) throw new Exception("ESCAPED");
                for (var at = 0; at < 1 << 30; at += 2 << 20) System.Runtime.InteropServices.Marshal.ReadByte(block + at);
            }
            """, "pipeline.failed|worker.died", "OutOfMemoryException|signal 6|signal 11"),
        new(EscapeKind.MemoryBomb, "files in memory, mapped",
            """
            var n = 0; while (true) { using var f = new FileStream($"/tmp/m{n++}", FileMode.CreateNew, FileAccess.ReadWrite);
            f.SetLength(4 << 20); f.Write(new byte[4 << 20]); }
            """, "pipeline.failed", "IOException"),
        new(EscapeKind.MemoryBomb, "locked memory",
            """
            for (var i = 0; i < 4096; i++) { var p = Attack.mmap(0, 1 << 16, 3, 0x22, -1, 0);
            if (Attack.Raw(149, p, 1 << 16) < 0 && i < 4) Attack.KeptIn(); } throw new Exception("ESCAPED");
            """, "pipeline.failed", "kept in"),
        new(EscapeKind.MemoryBomb, "open files",
            """
            var keep = new List<FileStream>(); while (true) keep.Add(File.OpenRead("/worker/DbVc.Worker.dll"));
            """, "pipeline.failed|worker.died", "IOException|Too many open files|signal 6"),
        new(EscapeKind.MemoryBomb, "a deep stack",
            """
            Recurse(1); static int Recurse(int n) => Recurse(n + 1) + Recurse(n + 2);
            """, "worker.died", "signal 6"),

        new(EscapeKind.EndlessLoop, "a loop, against the clock",
            """
            while (true) { }
            """, "worker.timeout", "within 1 s") { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.EndlessLoop, "loops in threads, against processor time",
            """
            for (var i = 0; i < 4; i++) new System.Threading.Thread(() => { while (true) { } }).Start(); while (true) { }
            """, "worker.died", "signal 9|signal 24")
        { Limits = EscapeProgram.Tight with { CpuTime = TimeSpan.FromSeconds(1) } },
        new(EscapeKind.EndlessLoop, "columns without end", "", "worker.timeout", "within 1 s")
        { Members = "static Ingestion() { while (true) { } }", Limits = EscapeProgram.OneSecond },

        new(EscapeKind.EndlessOutput, "standard output",
            """
            while (true) Console.Out.WriteLine(new string('x', 1000));
            """, "worker.timeout", "within 1 s") { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.EndlessOutput, "standard error",
            """
            while (true) Console.Error.WriteLine(new string('x', 1000));
            """, "worker.timeout", "within 1 s") { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.EndlessOutput, "rows", "for (long i = 1; ; i++) Accept(sink, i, \"x\");", "worker.records", "does not have"),
        new(EscapeKind.EndlessOutput, "the same row", "while (true) Accept(sink, 1, \"x\");", "worker.records", "more than once"),
        new(EscapeKind.EndlessOutput, "large rows",
            """
            for (long i = 1; ; i++) Accept(sink, 1, new string('x', 9_000_000));
            """, "worker.output", "more than"),
        new(EscapeKind.EndlessOutput, "empty batches",
            """
            while (true) Attack.Frame(8, []);
            """, "worker.output|worker.timeout", "more than|within 1 s") { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.EndlessOutput, "failures of one record",
            """
            sink.Begin(1); while (true) sink.Fail("f", "r", new byte[1000], "m");
            """, "worker.timeout", "within 1 s")
        { Limits = EscapeProgram.OneSecond },

        new(EscapeKind.Sleeping, "past the deadline",
            """
            System.Threading.Thread.Sleep(100_000);
            """, "worker.timeout", "within 1 s") { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.Sleeping, "behind closed pipes",
            """
            for (var fd = 0; fd < 64; fd++) if (fd != 3) new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, true).Dispose();
            while (true) System.Threading.Thread.Sleep(1000);
            """, "worker.timeout|worker.died", "within 1 s|ended") { Limits = EscapeProgram.OneSecond },
        new(EscapeKind.Sleeping, "deaf to signals",
            """
            for (var s = 1; s < 65; s++) { try {
            System.Runtime.InteropServices.PosixSignalRegistration.Create((System.Runtime.InteropServices.PosixSignal)s,
            c => c.Cancel = true); } catch (Exception) { } } while (true) System.Threading.Thread.Sleep(1000);
            """, "worker.timeout", "within 1 s") { Limits = EscapeProgram.OneSecond },
    ];
}
