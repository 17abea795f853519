"""A matter goes from report to close: six people, each seeing only what is theirs (全程)."""

from django.conf import settings
from playwright.sync_api import Page, expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from tests.conftest import in_body
from tests.pages.conftest import CODE, PHONE, Sit, look, photo, work

TITLE = "井盖"


def reports(page: Page) -> str:
    """Report a broken cover with photo, place and words; return the code."""
    page.goto("/")
    look(page, "01-home-390")
    page.get_by_role("link", name="反映一个问题").click()
    look(page, "02-report-photo-390")
    page.get_by_label("拍照或选照片").set_input_files(photo())
    expect(page.get_by_alt_text("您选的照片")).to_be_visible()
    page.get_by_role("button", name="下一步：在哪里").click()
    page.get_by_label("地址", exact=True).fill("三里庵街道路口，公交站旁")
    page.get_by_role("button", name="位置，可拖动").press("ArrowUp")
    look(page, "03-report-place-390")
    page.get_by_role("button", name="下一步：说一说").click()
    page.get_by_label("怎么了？").fill("路口的污水井盖破了一半，晚上看不见，怕有人摔着。")
    page.get_by_label("手机号").fill("13800138000")
    look(page, "04-report-words-390")
    page.get_by_role("button", name="发出").click()
    expect(page.get_by_role("heading", name="收到了，谢谢您")).to_be_visible()
    look(page, "05-sent-390")
    return page.get_by_text(CODE).inner_text().strip()


def opens(page: Page, act: str) -> None:
    """Open the matter from my work by the button that names the act."""
    page.goto("/desk/")
    look(page, f"work-{act}")
    page.get_by_role("link", name=f"{act}：").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)


def does(page: Page, act: str, button: str = "") -> None:
    """Press the button of the act that stands open, and see that it is done."""
    look(page, f"matter-before-{act}")
    page.get_by_role("form", name=act).get_by_role("button", name=button or act).click()
    expect(page.get_by_text(f"{act}：已办好")).to_be_visible()
    look(page, f"matter-after-{act}")


def the_matter() -> Event:
    with acting(system(settings.QUANYU_CITY, job="tests")):
        return Event.objects.get()


def test_a_broken_cover_from_report_to_rating(
    sit: Sit, operator: Actor, dispatcher: Actor, checker: Actor, stranger: Actor
) -> None:
    resident = sit(size=PHONE, has_touch=True, maps=True)
    code = reports(resident)
    work()

    desk = sit(operator)
    opens(desk, "受理")
    expect(desk.get_by_text("138****8000")).to_be_visible()
    does(desk, "受理")
    does(desk, "立案")

    desk = sit(dispatcher)
    opens(desk, "派遣")
    does(desk, "派遣", "派给")

    matter = the_matter()
    desk = sit(in_body(matter.body_id, name="马强"))
    opens(desk, "签收")
    does(desk, "签收")
    form = desk.get_by_role("form", name="处置反馈")
    form.get_by_label("怎么处理的").fill("已更换新井盖，周边路面一并修补。")
    form.get_by_label("照片").set_input_files(photo("green"))
    does(desk, "处置反馈")
    work()

    desk = sit(checker)
    opens(desk, "开始核查")
    does(desk, "开始核查")
    form = desk.get_by_role("form", name="结案")
    form.get_by_label("核查结果").fill("现场看过，盖好了。")
    form.get_by_label("提示已看过，仍然结案").check()
    does(desk, "结案")

    page = f"/desk/matters/{matter.number}"
    desk = sit(stranger)
    desk.goto("/desk/matters")
    expect(desk.get_by_text("没有符合条件的事项")).to_be_visible()
    desk.goto(page)
    expect(desk.get_by_role("heading", name="没有找到这一页")).to_be_visible()

    resident.goto("/follow")
    resident.get_by_role("textbox", name="查询码").fill(code)
    resident.get_by_role("button", name="查看").click()
    look(resident, "90-follow-390")
    expect(resident.get_by_text("已更换新井盖")).to_be_visible()
    expect(resident.get_by_alt_text("处置后的照片")).to_be_visible()
    resident.get_by_role("radio", name="解决了", exact=True).check()
    resident.get_by_role("radio", name="好", exact=True).check()
    resident.get_by_role("button", name="告诉我们").click()
    expect(resident.get_by_role("heading", name="谢谢您告诉我们")).to_be_visible()
    look(resident, "91-rated-390")
    assert the_matter().state == "rated"
