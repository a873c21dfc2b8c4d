using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

/// <summary>
/// A child process that gets exactly the descriptors it is given, an empty environment and a process group of its own.
/// <see cref="System.Diagnostics.Process"/> cannot hand over an open file.
/// </summary>
internal sealed unsafe partial class ChildProcess : IDisposable
{
    private const int PipeBytes = 1 << 20;
    private const int SetPipeSize = 1031;
    private const int DuplicateCloseOnExec = 1030;
    private const int CloseOnExec = 0x80000;
    private const int FirstFreeDescriptor = 10;
    private const short SetProcessGroup = 2;
    private const int Kill = 9;
    private const int Interrupted = 4;

    private readonly Lock _gate = new();
    private readonly int _id;
    private bool _reaped;

    private ChildProcess(int id, FileStream input, FileStream output, FileStream log) => (_id, Input, Output, Log) = (id, input, output, log);

    public int Id => _id;

    /// <summary>The child's standard input.</summary>
    public FileStream Input { get; }

    /// <summary>The child's standard output.</summary>
    public FileStream Output { get; }

    /// <summary>The child's standard error.</summary>
    public FileStream Log { get; }

    /// <summary>Starts a program; <paramref name="third"/> becomes descriptor 3.</summary>
    public static ChildProcess Start(IReadOnlyList<string> command, SafeFileHandle? third)
    {
        var (inputRead, inputWrite) = CreatePipe();
        var (outputRead, outputWrite) = CreatePipe();
        var (logRead, logWrite) = CreatePipe();
        using (inputRead)
        using (outputWrite)
        using (logWrite)
        {
            try
            {
                var id = SpawnThread.Run(() => Spawn(command, [inputRead, outputWrite, logWrite, .. third is null ? (SafeFileHandle[])[] : [third]]));
                return new ChildProcess(id, new FileStream(inputWrite, FileAccess.Write, 0),
                    new FileStream(outputRead, FileAccess.Read, 0), new FileStream(logRead, FileAccess.Read, 0));
            }
            catch
            {
                inputWrite.Dispose();
                outputRead.Dispose();
                logRead.Dispose();
                throw;
            }
        }
    }

    /// <summary>Kills the child and its group; what bubblewrap started dies with it. Does nothing after <see cref="Wait"/>.</summary>
    public void KillTree()
    {
        lock (_gate)
        {
            if (!_reaped)
                _ = NativeKill(-_id, Kill);
        }
    }

    /// <summary>Waits for the end. The exit code, 128 + signal for a killed child, -1 if somebody else has taken it.</summary>
    public int Wait()
    {
        int status;
        int result;
        do
        {
            result = NativeWait(_id, &status, 0);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        lock (_gate)
            _reaped = true;
        if (result < 0)
            return -1;
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        Log.Dispose();
    }

    private static int Spawn(IReadOnlyList<string> command, IReadOnlyList<SafeFileHandle> descriptors)
    {
        // Opaque to us: 80 and 336 bytes with glibc, less elsewhere.
        var actions = stackalloc byte[512];
        var attributes = stackalloc byte[1024];
        var arguments = new nint[command.Count + 1];
        nint environment = 0;
        Check(NativeActionsCreate(actions));
        Check(NativeAttributesCreate(attributes));
        try
        {
            Check(NativeSetFlags(attributes, SetProcessGroup));
            for (var i = 0; i < descriptors.Count; i++)
                Check(NativeAddDuplicate(actions, (int)descriptors[i].DangerousGetHandle(), i));
            for (var i = 0; i < command.Count; i++)
                arguments[i] = Marshal.StringToCoTaskMemUTF8(command[i]);
            fixed (nint* first = arguments)
            {
                Check(NativeSpawn(out var id, command[0], actions, attributes, first, &environment));
                return id;
            }
        }
        finally
        {
            foreach (var argument in arguments)
                Marshal.FreeCoTaskMem(argument);
            _ = NativeActionsDestroy(actions);
            _ = NativeAttributesDestroy(attributes);
        }
    }

    /// <summary>A pipe whose ends are not inherited and lie above the descriptors that the child gets.</summary>
    private static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        var ends = stackalloc int[2];
        if (NativePipe(ends, CloseOnExec) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        using var low = new SafeFileHandle(ends[0], true);
        using var lowWrite = new SafeFileHandle(ends[1], true);
        // Refused when the user's pipes are many; then the default of 64 KiB serves.
        _ = NativeControl(ends[1], SetPipeSize, PipeBytes);
        return (Lift(ends[0]), Lift(ends[1]));
    }

    private static SafeFileHandle Lift(int descriptor)
    {
        var lifted = NativeControl(descriptor, DuplicateCloseOnExec, FirstFreeDescriptor);
        return lifted >= 0 ? new SafeFileHandle(lifted, true) : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeSpawn(out int id, string path, byte* actions, byte* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int NativeActionsCreate(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int NativeActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int NativeAddDuplicate(byte* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int NativeAttributesCreate(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int NativeAttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int NativeSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int NativePipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int NativeControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int NativeKill(int id, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int NativeWait(int id, int* status, int options);
}
