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
    private const int AccessDenied = 13;
    private const int NoTerminal = 25;
    private const int NotImplemented = 38;

    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;
    private const uint SecondArgumentOffset = 24;
    private const uint ThirdArgumentOffset = 32;
    private const uint FourthArgumentOffset = 40;

    private const uint NewNamespaceFlags = 0x7E020000;
    private const uint ThreadFlag = 0x00010000;
    private const uint SharedAnonymous = 0x21;
    private const uint WriteOrTruncate = 0x203;
    private const uint CreateNew = 0xC0;

    /// <summary>What the runtime asks of terminals and pipes: their settings, size and waiting bytes, and whether they wait and are inherited.</summary>
    private static readonly uint[] AllowedControls = [0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451];

    /// <summary>Locks, leases, watches and signals of a file: they would reach others who use the source.</summary>
    private static readonly uint[] DeniedFileControls = [6, 7, 8, 10, 15, 37, 38, 1024, 1026];

    private static readonly SystemCallNumbers Numbers = SystemCallNumbers.Current;

    /// <summary>Whether this processor's system calls are known.</summary>
    public static bool IsSupported => Numbers.Architecture != 0;

    /// <summary>
    /// Nothing that <see cref="ForbiddenCalls"/> names. Files are opened for writing only where that makes them: so neither the source nor another
    /// process is written through <c>/proc</c>, whoever owns it. No shared anonymous memory, which would escape the limit on memory.
    /// </summary>
    public static void ForbidHostCalls()
    {
        if (!IsSupported)
            return;
        var program = Begin();
        program.AddRange([new(JumpIfAtLeast, 0, 1, ForbiddenCalls.FirstUnknown), new(Return, 0, 0, Error | NotImplemented)]);
        foreach (var number in ForbiddenCalls.Unreadable)
            Deny(program, number, NotImplemented);
        foreach (var number in Numbers.Forbidden)
            Deny(program, number, NotPermitted);
        DenyNewNamespaces(program);
        DenySharedAnonymousMemory(program);
        DenyWriting(program, Numbers.Open, SecondArgumentOffset);
        DenyWriting(program, Numbers.OpenAt, ThirdArgumentOffset);
        Judge(program, Numbers.Control, SecondArgumentOffset, AllowedControls, Allow, Error | NoTerminal);
        Judge(program, Numbers.FileControl, SecondArgumentOffset, DeniedFileControls, Error | NotPermitted, Allow);
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
        When(program, Numbers.CloneThread,
            [new(LoadWord, 0, 0, FirstArgumentOffset), new(AndConstant, 0, 0, ThreadFlag), new(JumpIfEqual, 1, 0, ThreadFlag), Refuse(NotPermitted)]);
        Install(program);
    }

    private static List<Instruction> Begin() =>
    [
        new(LoadWord, 0, 0, ArchitectureOffset), new(JumpIfEqual, 1, 0, Numbers.Architecture), new(Return, 0, 0, KillProcess),
        new(LoadWord, 0, 0, NumberOffset),
        // The x32 numbers of x86-64 would go past every comparison below.
        new(JumpIfAtLeast, 0, 1, 0x40000000), new(Return, 0, 0, Error | NotImplemented),
    ];

    private static void Deny(List<Instruction> program, int number, int error) =>
        program.AddRange([new(JumpIfEqual, 0, 1, (uint)number), Refuse(error)]);

    private static Instruction Refuse(int error) => new(Return, 0, 0, Error | (uint)error);

    /// <summary>Instructions for one call; those that they let pass go on to the rest of the program.</summary>
    private static void When(List<Instruction> program, int number, Instruction[] judgement)
    {
        if (number < 0)
            return;
        program.Add(new(JumpIfEqual, 0, (byte)(judgement.Length + 1), (uint)number));
        program.AddRange(judgement);
        program.Add(new(LoadWord, 0, 0, NumberOffset));
    }

    private static void DenyNewNamespaces(List<Instruction> program) => When(program, Numbers.CloneThread,
        [new(LoadWord, 0, 0, FirstArgumentOffset), new(AndConstant, 0, 0, NewNamespaceFlags), new(JumpIfEqual, 1, 0, 0), Refuse(NotPermitted)]);

    private static void DenySharedAnonymousMemory(List<Instruction> program) => When(program, Numbers.MapMemory,
        [new(LoadWord, 0, 0, FourthArgumentOffset), new(AndConstant, 0, 0, SharedAnonymous), new(JumpIfEqual, 0, 1, SharedAnonymous), Refuse(OutOfMemory)]);

    private static void DenyWriting(List<Instruction> program, int number, uint flags) => When(program, number,
    [
        new(LoadWord, 0, 0, flags), new(AndConstant, 0, 0, WriteOrTruncate), new(JumpIfEqual, 4, 0, 0),
        new(LoadWord, 0, 0, flags), new(AndConstant, 0, 0, CreateNew), new(JumpIfEqual, 1, 0, CreateNew), Refuse(AccessDenied),
    ]);

    /// <summary>One outcome where an argument is among the values, another where it is not.</summary>
    private static void Judge(List<Instruction> program, int number, uint argument, uint[] values, uint among, uint other) => When(program, number,
    [
        new(LoadWord, 0, 0, argument),
        .. values.SelectMany(value => (Instruction[])[new(JumpIfEqual, 0, 1, value), new(Return, 0, 0, among)]),
        new(Return, 0, 0, other),
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
