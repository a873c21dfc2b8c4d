using System.Runtime.InteropServices;

namespace DbVc.Worker;

/// <summary>A system call that generated code has no use for, and its numbers; -1 where an architecture does not have it.</summary>
internal readonly record struct ForbiddenCall(string Name, int X64, int Arm64)
{
    /// <summary>A call that came after the architectures had agreed on numbers.</summary>
    public ForbiddenCall(string name, int number)
        : this(name, number, number)
    {
    }
}

/// <summary>The kernel's numbers for one processor architecture; <see cref="Architecture"/> is 0 where they are not known.</summary>
internal sealed record SystemCallNumbers(uint Architecture, int Seccomp, int MapMemory, int CloneThread, int Control, int FileControl, int Open, int OpenAt)
{
    /// <summary>The calls of this architecture that <see cref="ForbiddenCalls"/> names.</summary>
    public required int[] Forbidden { get; init; }

    /// <summary>Calls that start processes or other programs, besides <c>clone</c>.</summary>
    public required int[] NewProcess { get; init; }

    public static SystemCallNumbers Current => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => new SystemCallNumbers(0xC000003E, 317, 9, 56, 16, 72, 2, 257)
        {
            Forbidden = [.. ForbiddenCalls.All.Select(call => call.X64).Where(number => number >= 0)],
            NewProcess = [57, 58, 59, 322], // fork, vfork, execve, execveat
        },
        System.Runtime.InteropServices.Architecture.Arm64 => new SystemCallNumbers(0xC00000B7, 277, 222, 220, 29, 25, -1, 56)
        {
            Forbidden = [.. ForbiddenCalls.All.Select(call => call.Arm64).Where(number => number >= 0)],
            NewProcess = [221, 281],
        },
        _ => new SystemCallNumbers(0, 0, 0, 0, 0, 0, 0, 0) { Forbidden = [], NewProcess = [] },
    };
}
