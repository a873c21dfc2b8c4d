using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Worker;

/// <summary>The worker's pipes to the host.</summary>
internal static partial class StandardStreams
{
    private const int DuplicateCloseOnExec = 1030;
    private const int FirstFreeDescriptor = 10;

    /// <summary>
    /// Moves standard output out of the way of <see cref="Console"/>: what generated code prints goes to the log and does not break the protocol.
    /// </summary>
    public static FileStream TakeOutput()
    {
        var moved = NativeControl(1, DuplicateCloseOnExec, FirstFreeDescriptor);
        if (moved < 0 || NativeDuplicate(2, 1) < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return new FileStream(new SafeFileHandle(moved, true), FileAccess.Write, 0);
    }

    public static FileStream OpenInput() => new(new SafeFileHandle(0, false), FileAccess.Read, 0);

    /// <summary>The source that the host opened for this session.</summary>
    public static FileStream OpenSource() => new(new SafeFileHandle(3, false), FileAccess.Read, 0) { Position = 0 };

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int NativeControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int NativeDuplicate(int descriptor, int target);
}
