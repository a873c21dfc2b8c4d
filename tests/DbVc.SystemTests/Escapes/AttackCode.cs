namespace DbVc.SystemTests;

/// <summary>What all hostile programs share; compiled into each of them.</summary>
internal static class AttackCode
{
    public const string Text =
        """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Runtime.InteropServices;
        using System.Text;
        using Microsoft.Win32.SafeHandles;

        namespace Sample;

        public static class Attack
        {
            private static readonly List<string> Held = [];

            [DllImport("libc", SetLastError = true)]
            public static extern nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

            [DllImport("libc", SetLastError = true)]
            public static extern nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);

            public static nint Raw(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) => syscall(number, a, b, c, d, e, f);

            private delegate int Function();

            /// <summary>Runs machine code.</summary>
            public static int Run(params byte[] code)
            {
                var memory = mmap(0, 4096, 7, 0x22, -1, 0);
                Marshal.Copy(code, 0, memory, code.Length);
                return Marshal.GetDelegateForFunctionPointer<Function>(memory)();
            }

            public static nint Name(string text) => Marshal.StringToCoTaskMemUTF8(text);

            /// <summary>Each call must be refused before the kernel looks at its arguments: not permitted, or not there.</summary>
            public static void Calls(params (string Name, nint Number)[] calls)
            {
                foreach (var (name, number) in calls) Call(name, number);
            }

            public static void Call(string name, nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
            {
                var result = syscall(number, a, b, c, d, e, f);
                var error = Marshal.GetLastPInvokeError();
                if (result >= 0 || error is not (1 or 12 or 13 or 25 or 38)) throw new InvalidOperationException($"ESCAPED by {name}: {result}, error {error}");
                Held.Add($"{name} {error}");
            }

            /// <summary>The kernel itself says no.</summary>
            public static void Fails(string name, nint result)
            {
                if (result >= 0) throw new InvalidOperationException($"ESCAPED by {name}: {result}");
                Held.Add($"{name} {Marshal.GetLastPInvokeError()}");
            }

            public static void Throws(string name, Action act)
            {
                try
                {
                    act();
                }
                catch (Exception error) when (error is not InvalidOperationException { Message: ['E', 'S', 'C', ..] })
                {
                    Held.Add($"{name} {error.GetType().Name}");
                    return;
                }
                throw new InvalidOperationException("ESCAPED by " + name);
            }

            public static void Is(string name, bool expected)
            {
                if (!expected) throw new InvalidOperationException("ESCAPED by " + name);
                Held.Add(name);
            }

            public static void Unreadable(params string[] paths)
            {
                foreach (var path in paths)
                {
                    Throws(path, () => File.ReadAllBytes(path));
                    Throws(path + "/", () => Directory.GetFileSystemEntries(path));
                }
            }

            public static void Unwritable(params string[] paths)
            {
                foreach (var path in paths)
                {
                    Throws("create " + path, () => File.WriteAllText(path + "db-vc-escaped", "x"));
                    Throws("folder " + path, () => Directory.CreateDirectory(path + "db-vc-escaped"));
                }
            }

            public static void KeptIn() => throw new System.Security.SecurityException($"kept in, {Held.Count}: {string.Join(", ", Held)}");

            public static void Flush(object sink) => sink.GetType().GetMethod("Flush")!.Invoke(sink, null);

            /// <summary>Writes bytes into every descriptor that takes them: one of them is the pipe to the host.</summary>
            public static void Send(params byte[] bytes)
            {
                for (var descriptor = 63; descriptor > 3; descriptor--)
                {
                    try
                    {
                        using var file = new FileStream(new SafeFileHandle(descriptor, false), FileAccess.Write, 0);
                        file.Write(bytes);
                    }
                    catch (Exception)
                    {
                        // Not this one.
                    }
                }
            }

            public static void Frame(byte kind, byte[] payload) => Send([kind, .. BitConverter.GetBytes(payload.Length), .. payload]);

            public static void Message(byte kind, string json)
            {
                var bytes = Encoding.UTF8.GetBytes(json);
                Frame(kind, [.. BitConverter.GetBytes(bytes.Length), .. bytes]);
            }
        }

        """;
}
