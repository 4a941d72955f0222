using LeadSync.Bench.Machines;

namespace LeadSync.Bench.Tests;

public sealed class When_the_machine_is_read
{
    [Fact]
    public void Waiting_for_a_disk_is_no_work_and_what_was_stolen_is_told_apart()
    {
        var times = CpuTimes.Parse("cpu  7887777 38761 766197 2508926 10242 5 38340 151609 0 0");

        times.ShouldBe(
            new CpuTimes(Busy: 7_887_777 + 38_761 + 766_197 + 5 + 38_340, Idle: 2_508_926 + 10_242, Stolen: 151_609)
        );
    }

    [Fact]
    public void A_process_may_have_any_name()
    {
        var times = ProcessTimes.Parse(
            "4242 (a) name (x) S 17 4242 4242 0 -1 4194560 1 2 3 4 500 60 7 8 20 0 30 0 100 200 300"
        );

        times.ShouldBe(new ProcessTimes(Parent: 17, Own: 560, EndedChildren: 15));
    }

    [Fact]
    public void Memory_is_told_in_bytes()
    {
        const string status = "VmPeak:\t  300 kB\nVmHWM:\t   200 kB\nVmRSS:\t   100 kB\n";

        ProcessMemory.Bytes(status, "VmRSS").ShouldBe(102_400);
        ProcessMemory.Bytes(status, "VmHWM").ShouldBe(204_800);
        ProcessMemory.Bytes(status, "Pss").ShouldBeNull();
    }

    [Fact]
    public void This_process_is_there_and_one_that_ended_is_not()
    {
        ProcessTimes.Of(Environment.ProcessId).ShouldNotBeNull().Parent.ShouldBeGreaterThan(0);
        ProcessMemory.Of(Environment.ProcessId).ShouldNotBeNull().Resident.ShouldBeGreaterThan(0);
        ProcessTimes.Of(int.MaxValue).ShouldBeNull();
        ProcessMemory.Of(int.MaxValue).ShouldBeNull();
    }

    [Fact]
    public void What_others_do_on_it_is_told_in_cores()
    {
        // Two cores for ten seconds: 1,500 ticks of work, 1,000 of them ours.
        var took = new CpuTimes(Busy: 1_500, Idle: 480, Stolen: 20);

        var load = Load.Of(took, ours: 1_000, cores: 2, average: 3.5);

        load.ShouldBe(new Load(3.5, BusyCores: 1.5, OtherCores: 0.5, StolenPercent: 1));
        Load.Of(took, ours: null, cores: 2, average: 3.5).OtherCores.ShouldBeNull();
    }
}
