using System.Runtime.InteropServices;

namespace DbVc.Worker;

/// <summary>The kernel's numbers for one processor architecture; <see cref="Architecture"/> is 0 where they are not known.</summary>
internal sealed record SystemCallNumbers(
    uint Architecture, int Seccomp, int MapMemory, int CloneThread, int CloneByStructure, int[] NewProcess, int[] Forbidden)
{
    public static SystemCallNumbers Current => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => X64,
        System.Runtime.InteropServices.Architecture.Arm64 => Arm64,
        _ => new SystemCallNumbers(0, 0, 0, 0, 0, [], []),
    };

    /// <summary>Numbers that are the same on every architecture, from 424 on.</summary>
    private static int[] Newer =>
    [
        425, 426, 427, // io_uring_setup, io_uring_enter, io_uring_register
        428, 429, 430, 431, 432, 433, 442, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
        438, 448, // pidfd_getfd, process_mrelease
    ];

    private static SystemCallNumbers X64 => new(0xC000003E, 317, 9, 56, 435, [57, 58, 59, 322],
    [
        41, 101, 310, 311, // socket, ptrace, process_vm_readv, process_vm_writev
        165, 166, 155, 161, 272, 308, // mount, umount2, pivot_root, chroot, unshare, setns
        321, 298, 323, 248, 249, 250, // bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl
        246, 320, 175, 313, 176, 169, // kexec_load, kexec_file_load, init_module, finit_module, delete_module, reboot
        167, 168, 303, 304, 319, 29, // swapon, swapoff, name_to_handle_at, open_by_handle_at, memfd_create, shmget
        103, 163, 179, 312, // syslog, acct, quotactl, kcmp
        .. Newer,
    ]);

    private static SystemCallNumbers Arm64 => new(0xC00000B7, 277, 222, 220, 435, [221, 281],
    [
        198, 117, 270, 271, // socket, ptrace, process_vm_readv, process_vm_writev
        40, 39, 41, 51, 97, 268, // mount, umount2, pivot_root, chroot, unshare, setns
        280, 241, 282, 217, 218, 219, // bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl
        104, 294, 105, 273, 106, 142, // kexec_load, kexec_file_load, init_module, finit_module, delete_module, reboot
        224, 225, 264, 265, 279, 194, // swapon, swapoff, name_to_handle_at, open_by_handle_at, memfd_create, shmget
        116, 89, 60, 272, // syslog, acct, quotactl, kcmp
        .. Newer,
    ]);
}
