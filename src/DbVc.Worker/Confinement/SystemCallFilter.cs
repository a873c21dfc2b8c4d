using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DbVc.Worker;

/// <summary>
/// A seccomp filter, assembled by hand. What it denies gives an error, so that the runtime keeps its fall-backs; it binds all threads
/// and cannot be taken off again.
/// </summary>
internal static unsafe partial class SystemCallFilter
{
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort AndConstant = 0x54;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7fff0000;
    private const uint KillProcess = 0x80000000;
    private const uint Error = 0x00050000;
    private const int NotPermitted = 1;
    private const int OutOfMemory = 12;
    private const int NotImplemented = 38;

    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;
    private const uint FourthArgumentOffset = 40;

    private const uint NewNamespaceFlags = 0x7E020000;
    private const uint ThreadFlag = 0x00010000;
    private const uint SharedAnonymous = 0x21;

    private static readonly SystemCallNumbers Numbers = SystemCallNumbers.Current;

    /// <summary>Whether this processor's system calls are known.</summary>
    public static bool IsSupported => Numbers.Architecture != 0;

    /// <summary>
    /// No sockets, no looking into other processes, no mounts, namespaces, keys, kernel programs, or asynchronous rings past the filter;
    /// no shared anonymous memory, which would escape the limit on memory.
    /// </summary>
    public static void ForbidHostCalls()
    {
        if (!IsSupported)
            return;
        var program = Begin();
        Deny(program, Numbers.CloneByStructure, NotImplemented);
        foreach (var number in Numbers.Forbidden)
            Deny(program, number, NotPermitted);
        DenyWhenAnyBit(program, Numbers.CloneThread, NewNamespaceFlags);
        DenySharedAnonymousMemory(program);
        Install(program);
    }

    /// <summary>No new processes and no other programs; new threads are allowed.</summary>
    public static void ForbidNewProcesses()
    {
        if (!IsSupported)
            return;
        var program = Begin();
        foreach (var number in Numbers.NewProcess)
            Deny(program, number, NotPermitted);
        program.AddRange(
        [
            new(JumpIfEqual, 0, 4, (uint)Numbers.CloneThread), new(LoadWord, 0, 0, FirstArgumentOffset), new(AndConstant, 0, 0, ThreadFlag),
            new(JumpIfEqual, 1, 0, ThreadFlag), new(Return, 0, 0, Error | NotPermitted),
        ]);
        Install(program);
    }

    private static List<Instruction> Begin() =>
    [
        new(LoadWord, 0, 0, ArchitectureOffset), new(JumpIfEqual, 1, 0, Numbers.Architecture), new(Return, 0, 0, KillProcess),
        new(LoadWord, 0, 0, NumberOffset),
        // The x32 numbers of x86-64 would go past every comparison below.
        new(JumpIfAtLeast, 0, 1, 0x40000000), new(Return, 0, 0, Error | NotImplemented),
    ];

    private static void Deny(List<Instruction> program, int number, int error)
    {
        program.Add(new(JumpIfEqual, 0, 1, (uint)number));
        program.Add(new(Return, 0, 0, Error | (uint)error));
    }

    private static void DenyWhenAnyBit(List<Instruction> program, int number, uint bits) => program.AddRange(
    [
        new(JumpIfEqual, 0, 5, (uint)number), new(LoadWord, 0, 0, FirstArgumentOffset), new(AndConstant, 0, 0, bits),
        new(JumpIfEqual, 1, 0, 0), new(Return, 0, 0, Error | NotPermitted), new(LoadWord, 0, 0, NumberOffset),
    ]);

    private static void DenySharedAnonymousMemory(List<Instruction> program) => program.AddRange(
    [
        new(JumpIfEqual, 0, 5, (uint)Numbers.MapMemory), new(LoadWord, 0, 0, FourthArgumentOffset), new(AndConstant, 0, 0, SharedAnonymous),
        new(JumpIfEqual, 0, 1, SharedAnonymous), new(Return, 0, 0, Error | OutOfMemory), new(LoadWord, 0, 0, NumberOffset),
    ]);

    private static void Install(List<Instruction> program)
    {
        const int SetNoNewPrivileges = 38;
        const nint SetModeFilter = 1;
        const nint AllThreads = 1;
        program.Add(new(Return, 0, 0, Allow));
        var instructions = program.ToArray();
        if (NativeControl(SetNoNewPrivileges, 1, 0, 0, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        fixed (Instruction* first = instructions)
        {
            var header = new Header { Length = (ushort)instructions.Length, First = first };
            if (NativeCall(Numbers.Seccomp, SetModeFilter, AllThreads, (nint)(&header)) != 0)
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "The system call filter could not be installed.");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int NativeControl(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint NativeCall(nint number, nint first, nint second, nint third);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte ifTrue, byte ifFalse, uint value)
    {
        public readonly ushort Code = code;
        public readonly byte IfTrue = ifTrue;
        public readonly byte IfFalse = ifFalse;
        public readonly uint Value = value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public ushort Length;
        public Instruction* First;
    }
}
