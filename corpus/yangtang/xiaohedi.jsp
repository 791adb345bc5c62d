<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>漾塘县人民政府</title></head>
<body>
<div class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/xxgk">政府信息公开</a></li><li><a href="/hd">互动交流</a></li></ul></div>
<div class="dqwz">当前位置：<a href="/">首页</a> &gt; <a href="/xxgk">政府信息公开</a> &gt; 法治政府建设</div>
<table width="980" align="center"><tr><td width="220" valign="top"><table><tr><td>热点信息</td></tr><tr><td><a href="/9.html">芦坪镇2024年法治政府建设年度报告</a></td></tr></table></td><td valign="top"><table><tr><td align="center"><b>小河底镇2024年度法治政府建设工作情况报告</b></td></tr><tr><td align="center">发布日期：2025-01-17　来源：小河底镇</td></tr><tr><td><font size="4">2024年，小河底镇把地震灾后恢复重建纳入法治轨道，各项工作有序推进，现将情况报告如下：<br>　　一、主要举措和成效<br>　　（一）重建项目依法监管。对37个重建项目实行合同、招标、拨付三查，追回多付工程款44.6万元。<br>　　（二）灾损补偿公开公正。灾损鉴定结果两轮公示，受理复核申请152件，调整等级48户。<br>　　（三）帐篷里的法庭。与县法院在安置点设立巡回审判点，就地开庭15次，法律明白人旁听600余人次。</font><table border="1"><tr><td>项目</td><td>数量</td></tr><tr><td>重建合同审查</td><td>37件</td></tr><tr><td>巡回开庭</td><td>15次</td></tr></table><font size="4">二、存在的不足<br>　　部分重建合同文本不规范，工期延误责任约定不明；技术鉴定力量依赖外援。<br>　　三、2025年工作安排<br>　　统一重建合同示范文本，培训乡村建设工匠120名。<br>　　小河底镇人民政府<br>　　2025年1月15日</font></td></tr></table></td></tr></table>
<div class="footer"><p>主办：漾塘县人民政府办公室　承办：漾塘县政务服务管理局</p><p>滇ICP备12345678号　滇公网安备53000002000123号</p></div>
</body>
</html>
