using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DbVc.Worker;

/// <summary>The kernel's limits on this process and its children; once lowered they cannot be raised again.</summary>
internal static partial class ResourceLimits
{
    private const int Cpu = 0;
    private const int FileSize = 1;
    private const int Data = 2;
    private const int Stack = 3;
    private const int Core = 4;
    private const int Processes = 6;
    private const int OpenFiles = 7;
    private const int LockedMemory = 8;
    private const int AddressSpace = 9;
    private const int QueuedSignals = 11;
    private const int QueuedMessages = 12;
    private const int Nice = 13;
    private const int RealTimePriority = 14;

    private const long StackBytes = 8L << 20;
    private const long LockedBytes = 64L << 10;
    private const long Signals = 4096;
    private const long SpareAddresses = 1L << 30;

    /// <summary>CPU seconds, data bytes, file bytes, open files, processes (0: no limit).</summary>
    public static void Apply(ReadOnlySpan<long> values)
    {
        Lower(Cpu, values[0]);
        Lower(Data, values[1]);
        Lower(FileSize, values[2]);
        Lower(OpenFiles, values[3]);
        if (values[4] > 0)
            Lower(Processes, values[4]);
        // Tables of pages are memory that no other limit counts: a mapping that holds nothing still costs them once it is touched.
        Lower(AddressSpace, UsedAddresses() + (2 * values[1]) + SpareAddresses);
        Lower(Stack, StackBytes);
        Lower(LockedMemory, LockedBytes);
        Lower(QueuedSignals, Signals);
        foreach (var resource in (int[])[Core, QueuedMessages, Nice, RealTimePriority])
            Lower(resource, 0);
    }

    /// <summary>When the host dies, by whatever means, so does this process.</summary>
    public static void DieWithParent()
    {
        const int SetParentDeathSignal = 1;
        const int Kill = 9;
        _ = NativeControl(SetParentDeathSignal, Kill, 0, 0, 0);
    }

    /// <summary>The runtime reserves far more than it uses; a test process, which starts under the same limit, reserves as much.</summary>
    private static long UsedAddresses()
    {
        var pages = File.ReadAllText("/proc/self/statm").Split(' ')[0];
        return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    private static void Lower(int resource, long value)
    {
        if (NativeGet(resource, out var limit) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        limit.Hard = Math.Min(limit.Hard, (ulong)value);
        limit.Soft = limit.Hard;
        if (NativeSet(resource, in limit) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int NativeGet(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int NativeSet(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int NativeControl(int option, nint second, nint third, nint fourth, nint fifth);

    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
